// librabbitmq, and what Swift cannot say to it: its variadic functions, and tables that only borrow their strings.
#ifndef VEREDUS_CRABBITMQ_SHIM_H
#define VEREDUS_CRABBITMQ_SHIM_H
#include <stddef.h>
#include <string.h>
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

static inline amqp_table_entry_t veredus_amqp_text(const char *key, const char *text) {
  amqp_table_entry_t entry;
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = amqp_cstring_bytes(text);
  return entry;
}

static inline amqp_table_entry_t veredus_amqp_yes(const char *key) {
  amqp_table_entry_t entry;
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = 1;
  return entry;
}

/// amqp_login_with_properties (variadic) with SASL PLAIN and the properties of this client.
///
/// Without `consumer_cancel_notify` a deleted queue is silence for ever; without `connection.blocked` so is a memory
/// alarm. The library copies the table before it returns.
static inline amqp_rpc_reply_t veredus_amqp_login(
    amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat_seconds,
    const char *connection_name, const char *user, const char *password) {
  amqp_table_entry_t capabilities[4] = {
      veredus_amqp_yes("consumer_cancel_notify"), veredus_amqp_yes("connection.blocked"),
      veredus_amqp_yes("basic.nack"), veredus_amqp_yes("publisher_confirms")};
  amqp_table_entry_t entries[3] = {
      veredus_amqp_text("product", "Veredus"), veredus_amqp_text("connection_name", connection_name)};
  entries[2].key = amqp_cstring_bytes("capabilities");
  entries[2].value.kind = AMQP_FIELD_KIND_TABLE;
  entries[2].value.value.table.num_entries = 4;
  entries[2].value.value.table.entries = capabilities;
  amqp_table_t properties = {3, entries};
  return amqp_login_with_properties(connection, vhost, 0, frame_max, heartbeat_seconds, &properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

/// What the broker says its version is; empty when it says nothing.
///
/// The bytes belong to the connection.
static inline amqp_bytes_t veredus_amqp_server_version(amqp_connection_state_t connection) {
  const amqp_table_t *properties = amqp_get_server_properties(connection);
  for (int i = 0; properties && i < properties->num_entries; i++) {
    const amqp_table_entry_t *entry = &properties->entries[i];
    int is_text = entry->value.kind == AMQP_FIELD_KIND_UTF8 || entry->value.kind == AMQP_FIELD_KIND_BYTES;
    if (is_text && entry->key.len == 7 && memcmp(entry->key.bytes, "version", 7) == 0) return entry->value.value.bytes;
  }
  return amqp_empty_bytes;
}

/// Sends queue.declare for a durable queue without waiting for its answer.
///
/// `type` is the `x-queue-type`; NULL asks passively, whether the queue exists and how long it is. `is_unlimited` adds
/// `x-delivery-limit` -1, which is "none" from RabbitMQ 4 on.
static inline int veredus_amqp_send_declare(
    amqp_connection_state_t connection, amqp_channel_t channel, amqp_bytes_t queue, const char *type,
    int is_unlimited) {
  amqp_table_entry_t entries[2] = {veredus_amqp_text("x-queue-type", type ? type : "")};
  entries[1].key = amqp_cstring_bytes("x-delivery-limit");
  entries[1].value.kind = AMQP_FIELD_KIND_I32;
  entries[1].value.value.i32 = -1;
  amqp_queue_declare_t declare = {0};
  declare.queue = queue;
  declare.passive = type == NULL;
  declare.durable = 1;
  declare.arguments.num_entries = !type ? 0 : is_unlimited ? 2 : 1;
  declare.arguments.entries = type ? entries : NULL;
  return amqp_send_method(connection, channel, AMQP_QUEUE_DECLARE_METHOD, &declare);
}
#endif
