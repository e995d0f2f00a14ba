/*
 * json.c - texts into JSON, and JSON to stdout (json.h).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/json.h"
#include "tools/umf.h"

json_t *umf_json_text(const char *text) {
    json_t *string = json_string(text != NULL ? text : "");
    if (string != NULL) {
        return string;
    }
    /* which byte is at fault jansson does not tell, so all beyond ASCII go */
    char *ascii = strdup(text);
    for (char *c = ascii; c != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) {
            *c = '?';
        }
    }
    string = ascii != NULL ? json_string(ascii) : NULL;
    free(ascii);
    return string;
}

void umf_json_set_text(json_t *object, const char *key, const char *text) {
    (void)json_object_set_new(object, key, umf_json_text(text));
}

int umf_json_print(json_t *value) {
    bool is_written = value != NULL && json_dumpf(value, stdout, JSON_INDENT(2)) == 0;
    if (is_written) {
        putchar('\n');
    } else {
        umf_complain("no memory for the JSON");
    }
    json_decref(value);
    return is_written ? UMF_EXIT_DONE : UMF_EXIT_FAILED;
}
