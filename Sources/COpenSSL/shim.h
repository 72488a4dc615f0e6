// OpenSSL 3 for Transport: headers, and shims for what is a macro in C. No logic in C.
#ifndef PORTSIDE_COPENSSL_H
#define PORTSIDE_COPENSSL_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static inline long co_set_min_proto_version(SSL_CTX *ctx, int version) {
    return SSL_CTX_set_min_proto_version(ctx, version);
}

#endif
