/* elf.c - reads the ELF header and the segments' extents (elf.h). */
#include "plugin/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/errno_text.h"

/* The header of the object that this code is in, from the linker: what class and
 * machine this process has, without asking the preprocessor. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

#define MACHINE_TEXT_BYTES 32

/* The file, as far as it is needed. */
struct elf {
    int fd;
    size_t size;
    ElfW(Ehdr) header;
};

static bool is_not_elf(struct umfi_refusal *refusal, const char *path, const char *why) {
    return umfi_refuse(refusal, UMFI_E_FORMAT, "%s is not a shared object%s", path, why);
}

static bool cannot_read(struct umfi_refusal *refusal, const char *path) {
    if (errno == ENOENT || errno == ENOTDIR) {
        return umfi_refuse(refusal, UMFI_E_ABSENT, "%s does not exist", path);
    }
    return umfi_refuse(refusal, UMFI_E_ACCESS, "cannot read %s: %s", path, umfi_errno_text(errno));
}

static const char *machine_text(const ElfW(Ehdr) *header, unsigned machine,
                                char buffer[MACHINE_TEXT_BYTES]) {
    static const struct {
        unsigned machine;
        const char *word;
    } words[] = {
        {EM_386, "i386"},   {EM_X86_64, "x86-64"}, {EM_ARM, "arm"},     {EM_AARCH64, "aarch64"},
        {EM_PPC64, "ppc64"}, {EM_RISCV, "riscv"},   {EM_S390, "s390"},
    };
    const char *word = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && !word; i++) {
        word = words[i].machine == machine ? words[i].word : NULL;
    }
    const char *bits = header->e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] ? ""
                       : header->e_ident[EI_CLASS] == ELFCLASS32                    ? " (32-bit)"
                                                                                    : " (64-bit)";
    if (word) {
        snprintf(buffer, MACHINE_TEXT_BYTES, "%s%s", word, bits);
    } else {
        snprintf(buffer, MACHINE_TEXT_BYTES, "machine %u%s", machine, bits);
    }
    return buffer;
}

/* Class, byte order and machine stand at one place in every ELF header. */
static bool machine_check(const struct elf *elf, const char *path, struct umfi_refusal *refusal) {
    const ElfW(Ehdr) *own = &__ehdr_start, *header = &elf->header;
    unsigned machine = header->e_machine;
    if (header->e_ident[EI_DATA] != own->e_ident[EI_DATA]) {
        machine = (machine >> 8 | machine << 8) & 0xffff;
    }
    if (header->e_ident[EI_CLASS] == own->e_ident[EI_CLASS] &&
        header->e_ident[EI_DATA] == own->e_ident[EI_DATA] && machine == own->e_machine) {
        return true;
    }
    char theirs[MACHINE_TEXT_BYTES], ours[MACHINE_TEXT_BYTES];
    return umfi_refuse(refusal, UMFI_E_ARCH, "%s is %s, process is %s", path,
                       machine_text(header, machine, theirs),
                       machine_text(own, own->e_machine, ours));
}

static bool is_within(const struct elf *elf, size_t offset, size_t size) {
    size_t end;
    return umfi_add_size(offset, size, &end) && end <= elf->size;
}

/* A segment that reaches beyond the file would be mapped and fault later. */
static bool segments_check(const struct elf *elf, const char *path,
                           struct umfi_refusal *refusal) {
    const ElfW(Ehdr) *header = &elf->header;
    size_t table_bytes = (size_t)header->e_phnum * sizeof(ElfW(Phdr));
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum == 0 ||
        !is_within(elf, header->e_phoff, table_bytes)) {
        return is_not_elf(refusal, path, ": truncated");
    }
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        off_t at = (off_t)(header->e_phoff + i * sizeof segment);
        if (pread(elf->fd, &segment, sizeof segment, at) != (ssize_t)sizeof segment ||
            !is_within(elf, segment.p_offset, segment.p_filesz)) {
            return is_not_elf(refusal, path, ": truncated");
        }
    }
    return true;
}

static bool open_file_check(struct elf *elf, const char *path, struct umfi_refusal *refusal) {
    struct stat status;
    if (fstat(elf->fd, &status) != 0) {
        return cannot_read(refusal, path);
    }
    if (!S_ISREG(status.st_mode)) {
        return is_not_elf(refusal, path, ": not a regular file");
    }
    elf->size = (size_t)status.st_size;
    if (elf->size == 0) {
        return is_not_elf(refusal, path, ": empty");
    }
    ssize_t got = pread(elf->fd, &elf->header, sizeof elf->header, 0);
    if (got < 0) {
        return cannot_read(refusal, path);
    }
    if (got < SELFMAG || memcmp(elf->header.e_ident, ELFMAG, SELFMAG) != 0) {
        return is_not_elf(refusal, path, "");
    }
    if ((size_t)got < sizeof elf->header) {
        return is_not_elf(refusal, path, ": truncated");
    }
    if (!machine_check(elf, path, refusal)) {
        return false;
    }
    if (elf->header.e_type != ET_DYN) {
        return is_not_elf(refusal, path, "");
    }
    return segments_check(elf, path, refusal);
}

bool umfi_elf_check(const char *path, struct umfi_refusal *refusal) {
    struct elf elf = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (elf.fd < 0) {
        return cannot_read(refusal, path);
    }
    bool is_good = open_file_check(&elf, path, refusal);
    close(elf.fd);
    return is_good;
}
