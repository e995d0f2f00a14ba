/*
 * target.c - finds a program and says beforehand why preloading would be
 * ignored (target.h): ld.so drops LD_PRELOAD silently for a program that gains
 * privileges, and a static program has no ld.so at all.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools/target.h"
#include "tools/umf.h"

enum { OUR_CLASS = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32 };

static bool is_program(const char *path) {
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

static bool search_path(const char *name, char path[PATH_MAX]) {
    const char *folders = getenv("PATH");
    if (folders == NULL) {
        folders = "/usr/local/bin:/usr/bin:/bin";
    }
    for (;;) {
        int length = (int)strcspn(folders, ":");
        int used = snprintf(path, PATH_MAX, "%.*s%s%s", length, folders, length > 0 ? "/" : "./", name);
        if (used > 0 && used < PATH_MAX && is_program(path)) {
            return true;
        }
        if (folders[length] == '\0') {
            return false;
        }
        folders += length + 1;
    }
}

static bool has_interpreter(int fd, const ElfW(Ehdr) *header) {
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        off_t at = (off_t)(header->e_phoff + (size_t)i * header->e_phentsize);
        if (pread(fd, &segment, sizeof segment, at) != (ssize_t)sizeof segment) {
            break;
        }
        if (segment.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

/* Why ld.so would not preload into it; NULL: it would, or this is no program
 * file that we know, and exec will judge it. Scripts: their interpreter counts. */
static const char *objection(const char *path, unsigned depth) {
    union {
        ElfW(Ehdr) elf;
        char text[256];
    } start = {.text = ""};
    struct stat file;
    const char *why = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL; /* executable but not readable: exec does not need to read */
    }
    ssize_t length = pread(fd, start.text, sizeof start.text - 1, 0);
    if (length > 2 && strncmp(start.text, "#!", 2) == 0 && depth > 0) {
        char *interpreter = start.text + 2 + strspn(start.text + 2, " \t");
        interpreter[strcspn(interpreter, " \t\n")] = '\0';
        why = objection(interpreter, depth - 1);
    } else if (length < (ssize_t)sizeof start.elf || memcmp(start.text, ELFMAG, SELFMAG) != 0) {
        why = NULL;
    } else if (start.elf.e_ident[EI_CLASS] != OUR_CLASS) {
        why = "is for another word size than libumf_proxy.so";
    } else if (!has_interpreter(fd, &start.elf)) {
        why = "is statically linked";
    } else if (fstat(fd, &file) == 0 &&
               (((file.st_mode & S_ISUID) != 0 && file.st_uid != geteuid()) ||
                ((file.st_mode & S_ISGID) != 0 && file.st_gid != getegid()))) {
        why = "is setuid or setgid";
    } else if (geteuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0) {
        why = "has file capabilities";
    }
    (void)close(fd);
    return why;
}

int umf_target_find(const char *name, char path[PATH_MAX]) {
    bool is_found;
    if (strchr(name, '/') != NULL) {
        is_found = access(name, F_OK) == 0 && strlen(name) < PATH_MAX;
        if (is_found) {
            strcpy(path, name);
        }
    } else {
        is_found = name[0] != '\0' && search_path(name, path);
    }
    if (!is_found) {
        umf_complain("run: %s: program not found", name);
        return TARGET_NOT_FOUND;
    }
    if (!is_program(path)) {
        umf_complain("run: %s: not an executable file", path);
        return TARGET_CANNOT_RUN;
    }
    const char *why = objection(path, 3);
    if (why != NULL) {
        umf_complain("run: %s %s: libumf_proxy.so cannot be preloaded into it", path, why);
        return TARGET_CANNOT_RUN;
    }
    return 0;
}
