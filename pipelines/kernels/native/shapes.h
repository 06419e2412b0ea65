/* What the kinds of identifiers begin with; text[i] is a character of a folded text of `size`. */
#ifndef TDA_SHAPES_H
#define TDA_SHAPES_H

#include "addresses.h"

/* Whether a run of digits that begins there begins a number. */
bool begins_number(const uint8_t *text, int64_t i, int64_t size);
/* Whether the word text[i:i + length] can be a code, a passport or a permit. */
bool is_code(const uint8_t *text, int64_t i, int64_t length);
/* Whether four groups of digits with dots between them begin there. */
bool is_dotted(const uint8_t *text, int64_t i, int64_t size);
/* Whether the colon there can be the first of an address. */
bool begins_colons(const uint8_t *text, int64_t i, int64_t size);

#endif
