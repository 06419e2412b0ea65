/* A word is a run of a-z; one that holds other Latin letters (U+00C0 to U+024F) counts, and stands
   in no list. Blocks are read from where the last word ended, so few bytes are looked at alone. */
#include "words.h"

INLINE bool is_lower(uint8_t byte) { return (uint8_t)(byte - 'a') < 26; }

/* Whether a letter of two bytes, U+00C0 to U+024F, begins at `at`. */
INLINE bool is_accented(const uint8_t *at, const uint8_t *end) {
    return end - at >= 2 && at[0] >= 0xC3 && (at[0] < 0xC9 || (at[0] == 0xC9 && at[1] < 0x90));
}

/* No branch: whether a word stands in a list is what no processor can foresee. */
INLINE int list_of(const word_table *table, uint64_t word, int bits) {
    uint64_t slot = word * 0xA8ABA4B0FA4ADDB1u >> (64 - bits);
    int mask = -(table->keys[slot] == word);
    __asm__("" : "+r"(mask)); /* or the compiler would branch after all */
    return table->numbers[slot] & mask;
}

/* The word as the table has it. Of a longer one, eight letters are in no list: the longest has six. */
INLINE uint64_t first_letters(const uint8_t *word, int length) {
    uint64_t bytes;
    memcpy(&bytes, word, 8);
    return bytes & ~(uint64_t)0 >> (64 - 8 * (length < 8 ? length : 8));
}

void count_words(const uint8_t *data, int64_t size, const word_table *table, int64_t *counts) {
    const uint8_t *at = data, *end = data + size;
    int64_t found = 0, first = 0, second = 0;
    int bits = lowest64((uint64_t)table->slots);
    while (at < end) {
        uint64_t lower, leads = 0;
        if (end - at >= BLOCK) {
            bytes64 block = load64(at);
            lower = WHERE((block - 'a') < 26);
            leads = WHERE((block - 0xC3) < 7);
        } else {
            lower = 0;
            for (int64_t i = 0; i < end - at; i++) {
                lower |= (uint64_t)is_lower(at[i]) << i;
                leads |= (uint64_t)((uint8_t)(at[i] - 0xC3) < 7) << i;
            }
        }
        /* most blocks hold words of a-z alone; one that goes on behind begins the next block */
        int open = ~lower ? __builtin_clzll(~lower) : BLOCK;
        if (end - at > BLOCK && leads == 0 && open < BLOCK) {
            lower &= ~(uint64_t)0 >> open;
            uint64_t starts = lower & ~(lower << 1), ends = ~lower & lower << 1;
            found += popcount64(starts);
            for (; starts; starts &= starts - 1, ends &= ends - 1) {
                int begin = lowest64(starts), length = lowest64(ends) - begin;
                int list = list_of(table, first_letters(at + begin, length), bits);
                first += list == 1;
                second += list == 2;
            }
            at += BLOCK - open;
            continue;
        }
        int64_t taken = end - at < BLOCK ? end - at : BLOCK;
        const uint8_t *base = at;
        at += taken;
        uint64_t letters = lower | leads;
        while (letters) {
            int begin = lowest64(letters);
            const uint8_t *word = base + begin;
            uint64_t rest = ~(lower >> begin);
            int length = rest ? lowest64(rest) : BLOCK;
            bool plain = length > 0 && begin + length < taken && !is_accented(word + length, end);
            if (plain) {
                int list = list_of(table, first_letters(word, length), bits);
                first += list == 1;
                second += list == 2;
                found++;
                letters &= ~(uint64_t)0 << (begin + length);
                continue;
            }
            if (begin > 0 && begin + length >= taken && base + taken < end) {
                at = word; /* it goes on behind the block: the next one begins with it */
                break;
            }
            /* it holds other letters, ends the text, or is longer than a block */
            const uint8_t *last = word;
            bool whole = true;
            while (last < end) {
                if (is_lower(*last)) {
                    last++;
                } else if (is_accented(last, end)) {
                    last += 2;
                    whole = false;
                } else {
                    break;
                }
            }
            if (last == word) { /* a lead byte of some other letter */
                letters &= letters - 1;
                continue;
            }
            if (whole && last - word <= 8) {
                int list = list_of(table, first_letters(word, (int)(last - word)), bits);
                first += list == 1;
                second += list == 2;
            }
            found++;
            if (last - base >= taken) {
                at = last;
                break;
            }
            letters &= ~(uint64_t)0 << (last - base);
        }
    }
    counts[0] += found;
    counts[1] += first;
    counts[2] += second;
}

EXPORT void tda_count_words(const uint8_t *data, const int64_t *offsets, int64_t n,
                            const uint64_t *keys, const uint8_t *numbers, int64_t slots,
                            int64_t *counts) {
    word_table table = {keys, numbers, slots};
    for (int64_t i = 0; i < n; i++)
        count_words(data + offsets[i], offsets[i + 1] - offsets[i], &table, counts + 3 * i);
}
