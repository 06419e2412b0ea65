#include "lines.h"

INLINE uint64_t mixed(uint64_t hash, const uint8_t *at) {
    uint64_t part;
    memcpy(&part, at, 8);
    hash = (hash ^ part) * 0xFF51AFD7ED558CCDu;
    return hash ^ hash >> 32;
}

/* 64 bits of a line, never 0; a collision would count a line that is none, no more. Its last bytes
   are taken together with some before them, so that few branches depend on its length. */
static uint64_t hash_line(const uint8_t *line, int64_t size) {
    uint64_t hash = (uint64_t)size * 0x9E3779B97F4A7C15u;
    if (size >= 32) { /* four at a time, so that none waits for another */
        uint64_t a = hash, b = hash + 1, c = hash + 2, d = hash + 3;
        const uint8_t *last = line + size - 32;
        for (; line < last; line += 32) {
            a = mixed(a, line);
            b = mixed(b, line + 8);
            c = mixed(c, line + 16);
            d = mixed(d, line + 24);
        }
        a = mixed(a, last);
        b = mixed(b, last + 8);
        c = mixed(c, last + 16);
        d = mixed(d, last + 24);
        hash = (a ^ b * 3) + (c ^ d * 5);
    } else if (size >= 8) {
        const uint8_t *last = line + size - 8;
        uint64_t a = mixed(hash, line), b = mixed(hash + 1, last);
        if (size > 16) {
            a = mixed(a, line + 8);
            b = mixed(b, last - 8);
        }
        hash = a ^ b * 3;
    } else {
        uint8_t rest[8] = {0};
        memcpy(rest, line, (size_t)size);
        hash = mixed(hash, rest);
    }
    hash *= 0xC4CEB9FE1A85EC53u;
    return (hash ^ hash >> 29) | 1;
}

int64_t repeated_bytes(const uint8_t *data, int64_t size, int64_t feeds, line_set *set) {
    if (feeds == 0) return 0;
    int64_t needed = 16;
    while (needed < 2 * (feeds + 1)) needed *= 2;
    if (needed > set->size) {
        uint64_t *larger = realloc(set->seen, (size_t)needed * sizeof *larger);
        if (larger == NULL) return -1;
        set->seen = larger;
        set->size = needed;
    }
    memset(set->seen, 0, (size_t)needed * sizeof *set->seen);
    uint64_t mask = (uint64_t)needed - 1;
    int64_t repeated = 0;
    const uint8_t *end = data + size;
    while (data < end) {
        const uint8_t *feed = memchr(data, '\n', (size_t)(end - data));
        int64_t length = (feed ? feed : end) - data;
        if (length > 0) {
            uint64_t hash = hash_line(data, length), at = hash >> 1 & mask;
            while (set->seen[at] != 0 && set->seen[at] != hash) at = (at + 1) & mask;
            if (set->seen[at] == hash)
                repeated += length;
            else
                set->seen[at] = hash;
        }
        data += length + 1;
    }
    return repeated;
}
