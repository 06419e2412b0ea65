/* SHA-256: OpenSSL's for a message that comes in parts, our own for two messages at once. */
#ifndef TDA_SHA256_H
#define TDA_SHA256_H

#include "text.h"

#define DIGEST 32
#define CONTEXT 256
#define HEAD_MOST 16

typedef struct {
    uint8_t head[HEAD_MOST]; /* stands before `data` */
    int64_t head_size;
    const uint8_t *data;
    int64_t size;
} message;

typedef struct { /* as OpenSSL exports them; the context is its business */
    int (*init)(void *context);
    int (*update)(void *context, const void *data, size_t size);
    int (*final)(uint8_t *digest, void *context);
    /* the digests of two messages, see sha256_two.c; NULL where the processor cannot */
    void (*two)(const message *first, const message *second, uint8_t *first_digest,
                uint8_t *second_digest);
} sha256;

#endif
