/* The label that a compressed fastText classifier gives a line of text.

   The arithmetic is that of fastText, operation by operation in single precision, so that label and
   score are the same; what is slow there is to find the rows of the n-grams, which here are a bit
   in a mask. Reference: Joulin et al., FastText.zip (2016). */
#include <math.h>

#include "text.h"

#pragma STDC FP_CONTRACT OFF

#define PARTS 8 /* of a row, two numbers each */
#define DIMENSIONS (2 * PARTS)
#define CODES 256

typedef struct {
    const int32_t *slots; /* number of a word, by its hash; -1 is free */
    int64_t slot_mask;
    const int64_t *starts; /* of words and one more, in `letters` */
    const uint8_t *letters;
    int64_t words;
    const uint64_t *held; /* the buckets of n-grams that have a row, a bit each; then all words */
    const int32_t *ranks; /* how many have one before each 64 */
    const int32_t *rows;  /* their rows, in that order */
    int64_t buckets, shortest, longest;
    const uint8_t *codes; /* (rows, PARTS) */
    const float *norms;   /* (rows,) */
    const float *centroids; /* (PARTS, CODES, 2) */
    const float *output;  /* (labels, DIMENSIONS); row i is that of node labels + i */
    const int32_t *left, *right; /* (2 labels - 1,); -1 at a label */
    int64_t labels;
} language_model;

typedef float numbers __attribute__((ext_vector_type(DIMENSIONS)));
typedef uint64_t pairs __attribute__((ext_vector_type(PARTS)));

typedef struct {
    numbers values;
    int64_t rows;
} sum;

/* What a line is made of, in order: words by their number, marked, and n-grams by their hash. They
   are looked up many at a time, as nobody can foresee which n-grams have a row. */
#define GATHERED 512
#define AT_ONCE 3 /* n-grams that begin with one character */
typedef struct {
    const language_model *model;
    sum to;
    int64_t count;
    uint32_t items[GATHERED + AT_ONCE];
    uint8_t is_word[GATHERED + AT_ONCE];
} gathering;

static void add_row(const language_model *model, int64_t row, sum *to) {
    float norm = model->norms[row];
    const uint8_t *codes = model->codes + PARTS * row;
    pairs together;
    for (int part = 0; part < PARTS; part++) {
        uint64_t pair;
        memcpy(&pair, model->centroids + 2 * (CODES * part + codes[part]), sizeof pair);
        together[part] = pair;
    }
    numbers values;
    memcpy(&values, &together, sizeof values);
    to->values += norm * values;
    to->rows++;
}

/* The rows of what was gathered, one after the other. */
static void add_gathered(gathering *of) {
    const language_model *model = of->model;
    uint32_t places[GATHERED + AT_ONCE], found[GATHERED + AT_ONCE];
    uint32_t buckets = (uint32_t)model->buckets;
    uint64_t inverse = ((uint64_t)1 << 32) / buckets;
    for (int64_t i = 0; i < of->count; i++) {
        /* the quotient is right or one too small */
        uint32_t hash = of->items[i], rest = hash - (uint32_t)(hash * inverse >> 32) * buckets;
        uint32_t bucket = rest < buckets ? rest : rest - buckets;
        places[i] = of->is_word[i] ? buckets + hash : bucket;
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < of->count; i++) {
        found[kept] = places[i];
        kept += model->held[places[i] / 64] >> places[i] % 64 & 1;
    }
    for (int64_t i = 0; i < kept; i++) { /* far apart in memory, so they are all asked for first */
        uint64_t before = model->held[found[i] / 64] & (((uint64_t)1 << found[i] % 64) - 1);
        found[i] = (uint32_t)model->rows[model->ranks[found[i] / 64] + popcount64(before)];
        __builtin_prefetch(model->codes + PARTS * (int64_t)found[i]);
        __builtin_prefetch(model->norms + found[i]);
    }
    for (int64_t i = 0; i < kept; i++) add_row(model, found[i], &of->to);
    memset(of->is_word, 0, sizeof of->is_word);
    of->count = 0;
}

INLINE void gather(gathering *of, uint32_t item, bool is_word) {
    of->is_word[of->count] = is_word;
    of->items[of->count++] = item;
    if (of->count >= GATHERED) add_gathered(of);
}

/* FNV-1a, with bytes taken as signed numbers. */
#define FNV_BASIS 2166136261u
INLINE uint32_t fnv(uint32_t hash, uint8_t byte) {
    return (hash ^ (uint32_t)(int32_t)(int8_t)byte) * 16777619u;
}

static int32_t word_number(const language_model *model, const uint8_t *word, int64_t size,
                           uint32_t hash) {
    for (int64_t slot = hash & model->slot_mask;; slot = (slot + 1) & model->slot_mask) {
        int32_t number = model->slots[slot];
        if (number < 0) return -1;
        int64_t begin = model->starts[number];
        if (model->starts[number + 1] - begin == size &&
            memcmp(model->letters + begin, word, (size_t)size) == 0)
            return number;
    }
}

/* The n-grams of a word that stands between brackets, from each of its characters on. */
static void add_ngrams(gathering *of, const uint8_t *word, int64_t size) {
    int64_t shortest = of->model->shortest, longest = of->model->longest;
    for (int64_t begin = 0; begin < size; begin++) {
        if ((word[begin] & 0xC0) == 0x80) continue;
        uint32_t hash = FNV_BASIS;
        int64_t at = begin;
        for (int64_t n = 1; n <= longest && at < size; n++) {
            do hash = fnv(hash, word[at++]);
            while (at < size && (word[at] & 0xC0) == 0x80);
            if (n >= shortest) gather(of, hash, false);
        }
    }
}

/* The same for ASCII and n-grams of two to four characters; 4 bytes behind the word can be read. */
static void add_ascii(gathering *of, const uint8_t *word, int64_t size) {
    for (int64_t begin = 0; begin + 1 < size; begin++) {
        const uint8_t *at = word + begin;
        uint32_t two = fnv(fnv(FNV_BASIS, at[0]), at[1]), three = fnv(two, at[2]);
        uint32_t *items = of->items + of->count;
        items[0] = two;
        items[1] = three;
        items[2] = fnv(three, at[3]);
        int64_t left = size - begin - 1;
        of->count += left < AT_ONCE ? left : AT_ONCE;
        if (of->count >= GATHERED) add_gathered(of);
    }
}

static const uint8_t END[] = "</s>"; /* a word that every line ends with */
#define END_SIZE ((int64_t)sizeof END - 1)

INLINE bool is_separator(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13) || c == 0; }
INLINE bool is_end(const uint8_t *word, int64_t size) {
    return size == END_SIZE && memcmp(word, END, (size_t)size) == 0;
}

#define AROUND 8 /* bytes of room for brackets, and behind them */

/* `room` is for the longest word and AROUND. */
static void add_line(gathering *of, const uint8_t *line, int64_t size, uint8_t *room) {
    const language_model *model = of->model;
    static const char LABEL[] = "__label__";
    const int64_t label = sizeof LABEL - 1;
    bool usual = model->shortest == 2 && model->longest == 4;
    for (int64_t begin = 0, end; begin < size; begin = end + 1) {
        uint32_t hash = FNV_BASIS;
        uint8_t any = 0;
        for (end = begin; end < size && !is_separator(line[end]); end++) {
            hash = fnv(hash, line[end]);
            any |= line[end];
        }
        int64_t length = end - begin;
        if (length == 0) continue;
        if (is_end(line + begin, length)) break;
        int32_t number = word_number(model, line + begin, length, hash);
        if (number < 0 && length >= label && memcmp(line + begin, LABEL, (size_t)label) == 0)
            continue;
        if (number >= 0) gather(of, (uint32_t)number, true);
        room[0] = '<';
        memcpy(room + 1, line + begin, (size_t)length);
        room[length + 1] = '>';
        if (usual && any < 0x80)
            add_ascii(of, room, length + 2);
        else
            add_ngrams(of, room, length + 2);
    }
    uint32_t hash = FNV_BASIS;
    for (int64_t i = 0; i < END_SIZE; i++) hash = fnv(hash, END[i]);
    int32_t number = word_number(model, END, END_SIZE, hash);
    if (number >= 0) gather(of, (uint32_t)number, true);
    add_gathered(of);
}

static float logarithm(float x) { return (float)log(x + 1e-5); }

typedef struct {
    const language_model *model;
    const float *hidden;
    float score;
    int64_t label; /* -1: none yet */
} search;

/* The best label below `node`, which is reached with `score`; the tree is as deep as labels are
   many at most. */
static void descend(search *found, int64_t node, float score) {
    const language_model *model = found->model;
    if (score < logarithm(0.0f)) return;
    if (found->label >= 0 && score < found->score) return;
    if (model->left[node] < 0) {
        found->label = node;
        found->score = score;
        return;
    }
    const float *weights = model->output + DIMENSIONS * (node - model->labels);
    float product = 0.0f;
    for (int i = 0; i < DIMENSIONS; i++) product += weights[i] * found->hidden[i];
    float right = (float)(1.0 / (double)(1 + expf(-product)));
    descend(found, model->left[node], score + logarithm((float)(1.0 - (double)right)));
    descend(found, model->right[node], score + logarithm(right));
}

/* Label and score of each of n lines, data[begins[i]:ends[i]], -1 where the model knows nothing in
   it; 0, or -1 without memory. */
EXPORT int64_t tda_languages(const uint8_t *data, const int64_t *begins, const int64_t *ends,
                             int64_t n, const language_model *model, int64_t *labels,
                             float *scores) {
    int64_t longest = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t size = ends[i] - begins[i];
        longest = size > longest ? size : longest;
    }
    uint8_t *room = calloc((size_t)longest + AROUND, 1);
    if (room == NULL) return -1;
    gathering of = {.model = model};
    for (int64_t i = 0; i < n; i++) {
        of.to = (sum){{0}, 0};
        add_line(&of, data + begins[i], ends[i] - begins[i], room);
        float values[DIMENSIONS];
        search found = {model, values, 0.0f, -1};
        if (of.to.rows > 0) {
            float share = (float)(1.0 / (double)of.to.rows);
            of.to.values *= share;
            memcpy(values, &of.to.values, sizeof values);
            descend(&found, 2 * model->labels - 2, 0.0f);
        }
        labels[i] = found.label;
        scores[i] = found.label < 0 ? 0.0f : expf(found.score);
    }
    free(room);
    return 0;
}

/* Which of n lines hold a letter of a-z: these are not of capitals alone. */
EXPORT void tda_small_letters(const uint8_t *data, const int64_t *begins, const int64_t *ends,
                              int64_t n, uint8_t *hold) {
    for (int64_t i = 0; i < n; i++) {
        hold[i] = 0;
        for (int64_t at = begins[i]; at < ends[i] && !hold[i]; at++)
            hold[i] = (uint8_t)(data[at] - 'a') < 26;
    }
}
