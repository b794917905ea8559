#pragma once
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* What Swift cannot call: rd_kafka_producev is variadic, and the vector form takes a union of everything. The error
 * code alone comes back, so that no rd_kafka_error_t outlives the call; `fatal` tells that the producer is done for.
 *
 * Key and value are copied. A NULL key or value is none at all; an empty one is a pointer with length 0. The header
 * list is the library's when the call succeeds and is destroyed here when it fails: with single headers instead of a
 * list, versions before 2.12.0 free them twice when the partition does not exist. */
static inline rd_kafka_resp_err_t relay_produce(
    rd_kafka_t *rk, const char *topic, int32_t partition, int64_t timestamp,
    const void *key, size_t key_size, const void *value, size_t value_size,
    rd_kafka_headers_t *headers, void *opaque, char *reason, size_t reason_size) {
    rd_kafka_vu_t vu[8];
    size_t count = 0;
    rd_kafka_error_t *error;
    rd_kafka_resp_err_t code;

    memset(vu, 0, sizeof(vu));
    vu[count].vtype = RD_KAFKA_VTYPE_TOPIC;
    vu[count++].u.cstr = topic;
    vu[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    vu[count++].u.i32 = partition;
    vu[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    vu[count++].u.i = RD_KAFKA_MSG_F_COPY;
    vu[count].vtype = RD_KAFKA_VTYPE_KEY;
    vu[count].u.mem.ptr = (void *)key;
    vu[count++].u.mem.size = key_size;
    vu[count].vtype = RD_KAFKA_VTYPE_VALUE;
    vu[count].u.mem.ptr = (void *)value;
    vu[count++].u.mem.size = value_size;
    vu[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    vu[count++].u.ptr = opaque;
    vu[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    vu[count++].u.i64 = timestamp;
    if (headers) {
        vu[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        vu[count++].u.headers = headers;
    }
    error = rd_kafka_produceva(rk, vu, count);
    if (!error)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    if (headers)
        rd_kafka_headers_destroy(headers);
    code = rd_kafka_error_is_fatal(error) ? RD_KAFKA_RESP_ERR__FATAL : rd_kafka_error_code(error);
    if (reason_size > 0) {
        strncpy(reason, rd_kafka_error_string(error), reason_size - 1);
        reason[reason_size - 1] = '\0';
    }
    rd_kafka_error_destroy(error);
    return code;
}

/* Names the calling thread for top and debuggers (at most 15 bytes): prctl is variadic, and pthread_setname_np is
 * hidden without _GNU_SOURCE. */
static inline void relay_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}
