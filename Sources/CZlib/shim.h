// zlib for Transport: the header, and shims for what is a macro in C. No logic in C.
#ifndef PORTSIDE_CZLIB_H
#define PORTSIDE_CZLIB_H

#include <zlib.h>

static inline int cz_deflate_init(z_streamp stream) { return deflateInit(stream, Z_DEFAULT_COMPRESSION); }
static inline int cz_inflate_init(z_streamp stream) { return inflateInit(stream); }

#endif
