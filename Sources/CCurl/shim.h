#ifndef VEREDUS_CCURL_SHIM_H
#define VEREDUS_CCURL_SHIM_H
#include <curl/curl.h>
#endif
