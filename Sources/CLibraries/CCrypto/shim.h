#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

// EVP_sha256 and the one-shot calls are all that is needed: no context lives longer than a call.
