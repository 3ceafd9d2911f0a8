// libcurl, and what of it Swift cannot call: the variadic functions, one for each type of argument.
#ifndef VEREDUS_CCURL_SHIM_H
#define VEREDUS_CCURL_SHIM_H
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85.0 or newer is needed (CURLOPT_PROTOCOLS_STR): install libcurl4-openssl-dev of Debian 12 or newer"
#endif

static inline CURLcode veredus_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline const curl_version_info_data *veredus_curl_version(void) { return curl_version_info(CURLVERSION_NOW); }

static inline CURLcode veredus_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
/// libcurl copies the string (curl_easy_setopt(3)).
static inline CURLcode veredus_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
/// Also for buffers and user data; libcurl keeps the pointer.
static inline CURLcode veredus_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*veredus_curl_header_callback)(char *bytes, size_t size, size_t count, void *user);
typedef int (*veredus_curl_sockopt_callback)(void *user, curl_socket_t socket, curlsocktype purpose);
typedef int (*veredus_curl_close_callback)(void *user, curl_socket_t socket);
typedef size_t (*veredus_curl_write_callback)(char *bytes, size_t size, size_t count, void *user);
typedef int (*veredus_curl_progress_callback)(void *user, curl_off_t expected, curl_off_t got, curl_off_t to_send,
                                              curl_off_t sent);
typedef int (*veredus_curl_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *user, void *ours);
typedef int (*veredus_curl_timer_callback)(CURLM *multi, long milliseconds, void *user);

static inline CURLcode veredus_curl_on_header(CURL *easy, veredus_curl_header_callback call, void *user) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_HEADERDATA, user);
}
static inline CURLcode veredus_curl_on_open(CURL *easy, veredus_curl_sockopt_callback call, void *user) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, call);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, user);
}
static inline CURLcode veredus_curl_on_close(CURL *easy, veredus_curl_close_callback call, void *user) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, call);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, user);
}
static inline CURLcode veredus_curl_on_write(CURL *easy, veredus_curl_write_callback call, void *user) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_WRITEDATA, user);
}
/// Called about once a second, and while data flows; whatever it returns but 0 ends the transfer.
static inline CURLcode veredus_curl_on_progress(CURL *easy, veredus_curl_progress_callback call, void *user) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, call);
    if (status == CURLE_OK) status = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, user);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}
static inline CURLMcode veredus_curl_on_socket(CURLM *multi, veredus_curl_socket_callback call, void *user) {
    CURLMcode status = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, call);
    return status != CURLM_OK ? status : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user);
}
static inline CURLMcode veredus_curl_on_timer(CURLM *multi, veredus_curl_timer_callback call, void *user) {
    CURLMcode status = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, call);
    return status != CURLM_OK ? status : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user);
}
static inline CURLMcode veredus_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline curl_socket_t veredus_curl_active_socket(CURL *easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? socket : CURL_SOCKET_BAD;
}
/// The last reply code, 0 without one.
static inline long veredus_curl_reply_code(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK ? code : 0;
}
/// Whether TCP is connected, be the log-in done or not.
static inline int veredus_curl_is_connected(CURL *easy) {
    curl_off_t microseconds = 0;
    return curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &microseconds) == CURLE_OK && microseconds > 0;
}
/// Whose message this is and how it ended; CURLMSG_DONE is the only kind there is.
static inline CURLcode veredus_curl_message_result(const CURLMsg *message) { return message->data.result; }
#endif
