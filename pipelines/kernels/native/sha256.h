/* SHA-256 as OpenSSL exports it; the context is its business. */
#ifndef TDA_SHA256_H
#define TDA_SHA256_H

#include "text.h"

#define DIGEST 32
#define CONTEXT 256
typedef struct {
    int (*init)(void *context);
    int (*update)(void *context, const void *data, size_t size);
    int (*final)(uint8_t *digest, void *context);
} sha256;

#endif
