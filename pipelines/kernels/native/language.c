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
    const uint64_t *held; /* the buckets of n-grams that have a row, a bit each */
    const int32_t *ranks; /* how many have one before each 64 */
    const int32_t *rows;  /* their rows, in the order of buckets */
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

/* What a line is made of, in order: numbers of words, marked, and hashes of n-grams. Looked up many
   at a time, as nobody can foresee which n-grams have a row. */
#define WORD ((uint64_t)1 << 32)
#define GATHERED 512
typedef struct {
    const language_model *model;
    sum to;
    int64_t count;
    uint64_t items[GATHERED];
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
    int32_t rows[GATHERED];
    /* n % buckets without a division (Lemire, Kaser and Kurz, Faster remainder by direct
       computation, 2019), exact for 32 bits */
    uint64_t buckets = (uint64_t)model->buckets, inverse = ~(uint64_t)0 / buckets + 1;
    int64_t found = 0;
    for (int64_t i = 0; i < of->count; i++) {
        uint64_t item = of->items[i];
        bool word = item & WORD;
        uint32_t number = (uint32_t)item;
        uint64_t bucket = (unsigned __int128)(inverse * number) * buckets >> 64;
        uint64_t bits = model->held[bucket / 64], bit = (uint64_t)1 << bucket % 64;
        int32_t rank = model->ranks[bucket / 64] + popcount64(bits & (bit - 1));
        rows[found] = word ? (int32_t)number : ~rank;
        found += word | ((bits & bit) != 0);
    }
    for (int64_t i = 0; i < found; i++)
        add_row(model, rows[i] < 0 ? model->words + model->rows[~rows[i]] : rows[i], &of->to);
    of->count = 0;
}

INLINE void gather(gathering *of, uint64_t item) {
    of->items[of->count++] = item;
    if (of->count == GATHERED) add_gathered(of);
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
            if (n >= shortest) gather(of, hash);
        }
    }
}

static const uint8_t END[] = "</s>"; /* a word that every line ends with */
#define END_SIZE ((int64_t)sizeof END - 1)

INLINE bool is_separator(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13) || c == 0; }
INLINE bool is_end(const uint8_t *word, int64_t size) {
    return size == END_SIZE && memcmp(word, END, (size_t)size) == 0;
}

/* `room` is for the longest word and two brackets. */
static void add_line(gathering *of, const uint8_t *line, int64_t size, uint8_t *room) {
    const language_model *model = of->model;
    static const char LABEL[] = "__label__";
    const int64_t label = sizeof LABEL - 1;
    for (int64_t begin = 0, end; begin < size; begin = end + 1) {
        uint32_t hash = FNV_BASIS;
        for (end = begin; end < size && !is_separator(line[end]); end++) hash = fnv(hash, line[end]);
        int64_t length = end - begin;
        if (length == 0) continue;
        if (is_end(line + begin, length)) break;
        int32_t number = word_number(model, line + begin, length, hash);
        if (number < 0 && length >= label && memcmp(line + begin, LABEL, (size_t)label) == 0)
            continue;
        if (number >= 0) gather(of, WORD | (uint32_t)number);
        room[0] = '<';
        memcpy(room + 1, line + begin, (size_t)length);
        room[length + 1] = '>';
        add_ngrams(of, room, length + 2);
    }
    uint32_t hash = FNV_BASIS;
    for (int64_t i = 0; i < END_SIZE; i++) hash = fnv(hash, END[i]);
    int32_t number = word_number(model, END, END_SIZE, hash);
    if (number >= 0) gather(of, WORD | (uint32_t)number);
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
    uint8_t *room = malloc((size_t)longest + 2);
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
