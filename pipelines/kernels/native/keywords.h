/* Terms of a library in normal texts: every occurrence of every term, overlapping ones too. */
#ifndef TDA_KEYWORDS_H
#define TDA_KEYWORDS_H

#include "text.h"

/* No term is longer: so the time for a text is linear, whatever the library and the text. */
#define LONGEST_TERM 64

/* An edge is what it starts from, a code point, and the node it leads to, 21 bits each; 0 is none.
   It starts from a node or, as the first edge of a term of two code points or more, from the first
   of them; then the second is its code point. */
typedef struct {
    uint64_t *slots; /* open addressing */
    int64_t size;    /* a power of two */
} edge_table;

typedef struct {
    uint32_t follow; /* bit h is set where an edge goes on over a code point of hash h */
    uint32_t term;   /* number << 1 | right border, or NO_TERM */
} keyword_node;

/* The right border is 1 where the term ends with an ASCII letter or digit. */
#define NO_TERM 0xFFFFFFFFu

typedef struct {
    edge_table pairs;    /* the first edges */
    edge_table edges;    /* the others, and those of terms of one code point, from node 0 */
    keyword_node *nodes; /* node 0 is where terms begin */
    uint32_t *begins;    /* a set of the first two code points of all terms, `bits` bits */
    uint32_t *singles;   /* a set of the terms of one code point, SINGLE_BITS bits */
    int64_t bits;        /* a power of two */
    int64_t count;       /* terms */
    int64_t salt;
    int64_t has_singles;
    int64_t has_ascii;   /* some term begins with an ASCII letter or digit */
    int64_t least, most; /* among the first code points */
} keyword_table;

#define SINGLE_BITS (1u << 16)

/* What was found so far, and the scratch to count the terms of one text. */
typedef struct {
    uint32_t *counts; /* by term, all 0 between two texts */
    int32_t *touched;
    int64_t touched_count;
    int64_t *rows; /* text, term, count: three values a row */
    int64_t used, room;
} keyword_found;

/* Occurrences in points[0:size] that begin at from, ..., to - 1 are counted. */
void keyword_count(const keyword_table *table, const uint32_t *points, int64_t size, int64_t from,
                   int64_t to, keyword_found *found);

/* The counted terms become rows of text number `text`, by number; false without memory. */
bool keyword_close(keyword_found *found, int64_t text);

/* Both for a whole text. */
bool keyword_hits(const keyword_table *table, const uint32_t *points, int64_t size, int64_t text,
                  keyword_found *found);

#endif
