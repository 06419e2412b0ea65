/* Reference: J. Black et al., UMAC: Fast and Secure Message Authentication (1999), the function NH
   with shifted keys; its values for the stretches of a text are combined by a polynomial over the
   prime 2**61 - 1. Two different texts have equal 128 bits with a probability of about 2**-58 at a
   megabyte, over the choice of the keys. */
#include "fingerprint.h"
#include "prime.h"

static uint64_t nh(const uint32_t *restrict points, int64_t size, const uint32_t *restrict keys) {
    uint64_t sum = (uint64_t)size;
    int64_t i = 0;
    for (; i + 1 < size; i += 2) {
        uint32_t left = points[i] + keys[i], right = points[i + 1] + keys[i + 1];
        sum += (uint64_t)left * right;
    }
    if (i < size) sum += (uint64_t)(points[i] + keys[i]) * keys[i + 1];
    return sum;
}

void fingerprint(const uint32_t *points, int64_t size, const fingerprint_keys *keys, int64_t *out) {
    uint64_t state[2] = {reduced((uint64_t)size), reduced((uint64_t)size)};
    for (int64_t at = 0; at < size; at += STRETCH) {
        int64_t some = size - at < STRETCH ? size - at : STRETCH;
        for (int which = 0; which < 2; which++) {
            uint64_t value = nh(points + at, some, keys->keys + which * (SHIFT / 2));
            unsigned __int128 next = (unsigned __int128)state[which] * keys->factors[which];
            /* both halves count: a value may be above the prime */
            state[which] = reduced(next + (value >> 32));
            next = (unsigned __int128)state[which] * keys->factors[which];
            state[which] = reduced(next + (uint32_t)value);
        }
    }
    out[0] = (int64_t)state[0];
    out[1] = (int64_t)state[1];
}
