/*
 * policy_text.c - a policy's text taken apart (policy_text.h).
 */
#include <stdio.h>
#include <string.h>

#include "tools/json.h"
#include "tools/policy_text.h"

const char *umf_policy_list(const char *text, const char *key) {
    size_t length = strlen(key);
    while (*text != '\0') {
        if (strncmp(text, key, length) == 0 && text[length] == '=') {
            return text + length + 1;
        }
        text += strcspn(text, ";");
        text += strspn(text, "; ");
    }
    return text;
}

bool umf_policy_next(const char **list, char name[POLICY_NAME_BYTES]) {
    size_t length = strcspn(*list, ",;");
    snprintf(name, POLICY_NAME_BYTES, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] == ',');
    return length > 0;
}

static json_t *list_json(const char *list) {
    char name[POLICY_NAME_BYTES];
    json_t *array = json_array();
    while (umf_policy_next(&list, name)) {
        (void)json_array_append_new(array, umf_json_text(name));
    }
    return array;
}

void umf_policy_set_json(json_t *object, const char *text) {
    char word[POLICY_NAME_BYTES];
    const char *answer = umf_policy_list(text, "user_manifests");
    json_t *defaults = json_object();
    (void)json_object_set_new(defaults, "pool", list_json(umf_policy_list(text, "default.pool")));
    (void)json_object_set_new(defaults, "provider",
                              list_json(umf_policy_list(text, "default.provider")));
    (void)json_object_set_new(object, "disable", list_json(umf_policy_list(text, "disable")));
    (void)json_object_set_new(object, "default", defaults);
    (void)umf_policy_next(&answer, word);
    umf_json_set_text(object, "user_manifests", word);
}
