/* Words of a-z in a normal text, and how many of them stand in a list. */
#ifndef TDA_WORDS_H
#define TDA_WORDS_H

#include "text.h"

typedef struct {
    const uint64_t *keys;   /* a word of at most 8 letters as its bytes, 0 where free */
    const uint8_t *numbers; /* 1 or 2: the list the word stands in */
    int64_t slots;          /* a power of two; each word has one of its own */
} word_table;

/* counts[0] goes up by the words of data[0:size], counts[1] and counts[2] by those of the lists.
   8 bytes behind the text can be read. */
void count_words(const uint8_t *data, int64_t size, const word_table *table, int64_t *counts);

#endif
