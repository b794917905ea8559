#pragma once
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// Swift cannot call variadic functions: each kind of argument that libcurl takes has its typed form here.

static inline CURLcode ccurl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode ccurl_easy_set_receiver(CURL *easy, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_socket_opener(CURL *easy, curl_opensocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

/// The address that a socket is opened for, with its port: the number of bytes written to `bytes`, which has room for
/// 16; 0 for what is neither IPv4 nor IPv6. (To Swift `addr` is 16 bytes long, too short for IPv6.)
static inline int ccurl_remote_address(const struct curl_sockaddr *address, uint8_t *bytes, uint16_t *port) {
    const void *place = &address->addr;
    if (address->family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)place;
        memcpy(bytes, &in->sin_addr, 4);
        *port = ntohs(in->sin_port);
        return 4;
    }
    if (address->family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)place;
        memcpy(bytes, &in6->sin6_addr, 16);
        *port = ntohs(in6->sin6_port);
        return 16;
    }
    return 0;
}

static inline CURLcode ccurl_easy_set_socket_closer(CURL *easy, curl_closesocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, value);
}

static inline long ccurl_easy_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline curl_off_t ccurl_easy_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline void *ccurl_easy_get_private(CURL *easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_socket_function(CURLM *multi, curl_socket_callback value, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}

static inline CURLMcode ccurl_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback value, void *context) {
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}

/// The next transfer that has ended, with its code; NULL when there is none.
static inline CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *code) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

/// CURLE_TOO_LARGE, which libcurl has from 8.6.
static inline CURLcode ccurl_too_large(void) { return (CURLcode)100; }

// Debian's Swift 6.0.3 does not show epoll and eventfd through Glibc.

/// What epoll says of one descriptor. `readable` and `writable` stand also for a hang-up and an error.
struct ccurl_ready {
    int descriptor;
    _Bool readable;
    _Bool writable;
    _Bool failed;
};

enum { ccurl_ready_max = 256 };

static inline int ccurl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// A new eventfd, non-blocking; -1 with errno on failure.
static inline int ccurl_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline void ccurl_eventfd_signal(int descriptor) { (void)eventfd_write(descriptor, 1); }

static inline int ccurl_epoll_change(int epoll, int operation, int descriptor, _Bool read, _Bool write, _Bool edge) {
    struct epoll_event event = {0};
    event.events = (read ? (uint32_t)EPOLLIN : 0) | (write ? (uint32_t)EPOLLOUT : 0) | (edge ? (uint32_t)EPOLLET : 0);
    event.data.fd = descriptor;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline int ccurl_epoll_add(int epoll, int descriptor, _Bool read, _Bool write) {
    return ccurl_epoll_change(epoll, EPOLL_CTL_ADD, descriptor, read, write, 0);
}

/// Each signal of an eventfd is reported once, so that nobody has to read it.
static inline int ccurl_epoll_add_edge(int epoll, int descriptor) {
    return ccurl_epoll_change(epoll, EPOLL_CTL_ADD, descriptor, 1, 0, 1);
}

static inline int ccurl_epoll_modify(int epoll, int descriptor, _Bool read, _Bool write) {
    return ccurl_epoll_change(epoll, EPOLL_CTL_MOD, descriptor, read, write, 0);
}

static inline int ccurl_epoll_remove(int epoll, int descriptor) {
    return ccurl_epoll_change(epoll, EPOLL_CTL_DEL, descriptor, 0, 0, 0);
}

/// Waits for at most `milliseconds` (-1: without end); the number of entries written to `ready`, which has room for
/// `ccurl_ready_max`. An interruption counts as none.
static inline int ccurl_epoll_wait(int epoll, struct ccurl_ready *ready, int milliseconds) {
    struct epoll_event events[ccurl_ready_max];
    int count = epoll_wait(epoll, events, ccurl_ready_max, milliseconds);
    for (int i = 0; i < count; i++) {
        uint32_t seen = events[i].events;
        ready[i].descriptor = events[i].data.fd;
        ready[i].readable = (seen & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        ready[i].writable = (seen & EPOLLOUT) != 0;
        ready[i].failed = (seen & EPOLLERR) != 0;
    }
    return count < 0 ? 0 : count;
}

/// Names the calling thread, in 15 letters at most, for who looks at the process.
static inline void ccurl_name_thread(const char *name) { (void)prctl(PR_SET_NAME, name); }
