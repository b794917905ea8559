#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

/* Typed doors to what Swift cannot call: variadic functions, and unions behind pointers. */

struct contact_relay_mhd_options {
    const struct sockaddr *address;
    /* Bytes of one connection's memory pool: the request's head has to fit into it. */
    size_t connection_memory;
    unsigned int connections;
    unsigned int idle_timeout_seconds;
    unsigned int threads;
    void *context;
    /* Sees the raw request target first; what it returns becomes the request's context. */
    void *(*target_seen)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_AccessHandlerCallback handler;
    MHD_RequestCompletedCallback completed;
};

/* Why nobody can listen on the address now, as errno; `otherwise` where somebody can. */
static inline int contact_relay_listen_error(const struct sockaddr *address, int otherwise)
{
    int probe = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (probe < 0)
        return errno;
    socklen_t size = address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int error = bind(probe, address, size) < 0 || listen(probe, 1) < 0 ? errno : otherwise;
    close(probe);
    return error;
}

/* NULL, and errno, where it cannot. */
static inline struct MHD_Daemon *contact_relay_mhd_start(const struct contact_relay_mhd_options *options)
{
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (options->address->sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    struct MHD_OptionItem pool[] = {
        { MHD_OPTION_THREAD_POOL_SIZE, (intptr_t) options->threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    if (options->threads < 2)
        pool[0].option = MHD_OPTION_END;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, options->handler, options->context,
        MHD_OPTION_SOCK_ADDR, options->address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, options->target_seen, options->context,
        MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
    /* The errno of 1.0's start is that of its cleaning up. */
    if (!daemon)
        errno = contact_relay_listen_error(options->address, errno);
    return daemon;
}

/* The port that the daemon listens on; 0 where that is not known. */
static inline uint16_t contact_relay_mhd_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

/* The connection's socket; -1 where that is not known. */
static inline int contact_relay_mhd_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Writes the peer's numeric address into the buffer; an empty string where it is not known. */
static inline void contact_relay_mhd_peer(struct MHD_Connection *connection, char *buffer, size_t size)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    buffer[0] = 0;
    if (!info || !info->client_addr)
        return;
    const void *address = info->client_addr->sa_family == AF_INET6
        ? (const void *) &((const struct sockaddr_in6 *) info->client_addr)->sin6_addr
        : (const void *) &((const struct sockaddr_in *) info->client_addr)->sin_addr;
    if (!inet_ntop(info->client_addr->sa_family, address, buffer, (socklen_t) size))
        buffer[0] = 0;
}

/* The library's enumerations become Swift enums or plain constants, depending on its version's attributes. */
static inline enum MHD_Result contact_relay_mhd_result(int good)
{
    return good ? MHD_YES : MHD_NO;
}

static inline struct MHD_Response *contact_relay_mhd_response(const void *bytes, size_t count)
{
    return MHD_create_response_from_buffer(count, (void *) bytes, MHD_RESPMEM_MUST_COPY);
}

static inline const char *contact_relay_mhd_header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static inline void contact_relay_mhd_headers(
    struct MHD_Connection *connection, MHD_KeyValueIterator iterator, void *context)
{
    MHD_get_connection_values(connection, MHD_HEADER_KIND, iterator, context);
}
