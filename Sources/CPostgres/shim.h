#ifndef VEREDUS_CPOSTGRES_SHIM_H
#define VEREDUS_CPOSTGRES_SHIM_H
#include <libpq-fe.h>
#endif
