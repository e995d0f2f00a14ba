/*
 * catalogue_scene.h - a catalogue made of tiers of a workspace; no module is opened.
 */
#ifndef UMF_TESTS_PLUGIN_CATALOGUE_SCENE_H
#define UMF_TESTS_PLUGIN_CATALOGUE_SCENE_H

#include "core/meta.h"
#include "plugin/catalogue.h"
#include "workspace.h"

static struct umfi_catalogue *catalogue;
static struct umfi_catalogue_options options;

/* env, user, admin, vendor, vendor2; a module m.so in each. */
static inline void tiers_begin(void) {
    static const char *const dirs[] = {"env", "user", "admin", "vendor", "vendor2"};
    static char paths[5][128];
    workspace_begin();
    for (size_t i = 0; i < 5; i++) {
        make_dir(in("%s", dirs[i]));
        make_text(in("%s/m.so", dirs[i]), "not opened");
        strcpy(paths[i], in("%s", dirs[i]));
    }
    options = (struct umfi_catalogue_options){.search = {.path = paths[0],
                                                         .user_dir = paths[1],
                                                         .admin_dir = paths[2],
                                                         .vendor_dirs = {paths[3], paths[4]}}};
    umfi_trust_defaults(&options.trust);
}

static inline void policy_at(const char *path, const char *name, const char *more) {
    char text[256];
    snprintf(text, sizeof text, "schema: 1\nkind: policy\nname: %s\n%s", name, more);
    make_text(in("%s", path), text);
}

static inline void scan(void) {
    catalogue = umfi_catalogue_create(&options);
    ck_assert_ptr_nonnull(catalogue);
}

/* Makes the catalogue with the n-th allocation failing, for every n. */
static inline void scan_failing(void) {
    size_t in_use = umfi_meta_in_use();
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        catalogue = umfi_catalogue_create(&options);
        bool has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        ck_assert(catalogue || has_failed);
        umfi_catalogue_destroy(catalogue);
        ck_assert_uint_eq(umfi_meta_in_use(), in_use);
        if (!has_failed) {
            break;
        }
    }
}

#endif
