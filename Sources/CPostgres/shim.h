// libpq, and what Swift does not import of it.
#ifndef VEREDUS_CPOSTGRES_SHIM_H
#define VEREDUS_CPOSTGRES_SHIM_H
#include <libpq-fe.h>

// The field codes of PQresultErrorField are character constants, which Swift does not import.
// The detail, the context and the query are left out on purpose: they quote rows.

/// The SQLSTATE of a failed result, NULL without one. Borrowed from the result.
static inline const char *veredus_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

/// The server's message without detail, hint and context. Borrowed from the result.
static inline const char *veredus_primary_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

/// The constraint that was violated, NULL if none was. Borrowed from the result.
static inline const char *veredus_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

static inline void veredus_ignore_notice(void *argument, const PGresult *result) { (void)argument; (void)result; }

/// Drops notices; libpq would print them on standard error, with whatever the server quotes in them.
static inline void veredus_drop_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, veredus_ignore_notice, NULL);
}
#endif
