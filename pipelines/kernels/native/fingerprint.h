/* 128 bits of a normal text under secret keys: who cannot read the keys cannot make two texts meet. */
#ifndef TDA_FINGERPRINT_H
#define TDA_FINGERPRINT_H

#include "text.h"

#define STRETCH 1024 /* code points multiplied together */
#define SHIFT 8      /* keys between the first 64 bits and the second */

typedef struct {
    uint32_t keys[STRETCH + SHIFT];
    uint64_t factors[2]; /* below 2**61 - 1 */
} fingerprint_keys;

void fingerprint(const uint32_t *points, int64_t size, const fingerprint_keys *keys, int64_t *out);

#endif
