#include "lines.h"

/* 64 bits of a line, never 0; a collision would count a line that is none, no more. */
static uint64_t hash_line(const uint8_t *line, int64_t size) {
    uint64_t hash = (uint64_t)size * 0x9E3779B97F4A7C15u, part;
    for (; size >= 8; line += 8, size -= 8) {
        memcpy(&part, line, 8);
        hash = (hash ^ part) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, line, (size_t)size);
    hash = (hash ^ part) * 0xC4CEB9FE1A85EC53u;
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
