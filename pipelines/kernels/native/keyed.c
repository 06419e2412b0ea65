/* HMAC-SHA-256 (RFC 2104) of many short messages under one key. */
#include "sha256.h"

typedef struct { /* the key, filled up with zeros to a block, under each of the two masks */
    uint8_t inner[BLOCK], outer[BLOCK];
} masked_key;

/* Message i of n is data[offsets[i]:offsets[i + 1]]; its code goes to codes[DIGEST * i:]. */
EXPORT void tda_keyed(const uint8_t *data, const int64_t *offsets, int64_t n, const masked_key *key,
                      const sha256 *sha, uint8_t *codes) {
    uint8_t begun[2][CONTEXT] __attribute__((aligned(64)));
    uint8_t context[CONTEXT] __attribute__((aligned(64)));
    sha->init(begun[0]);
    sha->update(begun[0], key->inner, BLOCK);
    sha->init(begun[1]);
    sha->update(begun[1], key->outer, BLOCK);
    for (int64_t i = 0; i < n; i++) {
        uint8_t *code = codes + DIGEST * i;
        memcpy(context, begun[0], CONTEXT);
        sha->update(context, data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
        sha->final(code, context);
        memcpy(context, begun[1], CONTEXT);
        sha->update(context, code, DIGEST);
        sha->final(code, context);
    }
}
