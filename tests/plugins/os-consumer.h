/* os-consumer.h - what provider-os-test and os-consumer say to each other. */
#ifndef UMF_TESTS_OS_CONSUMER_H
#define UMF_TESTS_OS_CONSUMER_H

#include <stddef.h>
#include <stdint.h>

#define OS_CONSUMER_OTHER_BYTES (-1)

struct os_consumer_request {
    size_t handle_bytes; /* of the provider's handle, which follows */
    size_t size;         /* of the allocation */
    unsigned char expected, reply;
};

#endif
