// The floor under every transfer: one recv (or send) of the bytes, 256 KiB a call, and one pass of
// the cipher over records of 32 KiB, nothing else. The other end of the socket is a child process
// that does not cipher; only this process' own CPU is reported.
//
//   floor get|put gcm|chacha|ctr BYTES
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sys/wait.h>

#include "contestant.h"

enum { kRecord = 32 * 1024, kPiece = 256 * 1024 };

static unsigned char buffer[kPiece];

struct protection {
  EVP_CIPHER_CTX* cipher;
  EVP_MAC_CTX* mac;  // NULL where the cipher authenticates by itself
};

static const unsigned char kKey[64] = {1};

static struct protection make_protection(const char* name) {
  struct protection made = {EVP_CIPHER_CTX_new(), NULL};
  const EVP_CIPHER* cipher = strcmp(name, "gcm") == 0      ? EVP_aes_256_gcm()
                             : strcmp(name, "chacha") == 0 ? EVP_chacha20_poly1305()
                                                           : EVP_aes_256_ctr();
  if (EVP_EncryptInit_ex2(made.cipher, cipher, kKey, kKey, NULL) != 1) die("cipher");
  if (strcmp(name, "ctr") != 0) return made;
  EVP_MAC* mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  char hash[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                   OSSL_PARAM_construct_end()};
  made.mac = EVP_MAC_CTX_new(mac);
  if (EVP_MAC_init(made.mac, kKey, 32, parameters) != 1) die("mac");
  return made;
}

static void protect_record(struct protection protection, unsigned char* data, int size) {
  int written;
  unsigned char tag[64];
  size_t tag_size;
  if (protection.mac != NULL) {
    EVP_MAC_init(protection.mac, NULL, 0, NULL);
    EVP_MAC_update(protection.mac, data, (size_t)size);
    EVP_MAC_final(protection.mac, tag, &tag_size, sizeof tag);
  } else {
    EVP_EncryptInit_ex2(protection.cipher, NULL, NULL, kKey, NULL);  // a nonce for each record
  }
  EVP_EncryptUpdate(protection.cipher, data, &written, data, size);
  if (protection.mac == NULL) EVP_EncryptFinal_ex(protection.cipher, tag, &written);
}

static void protect(struct protection protection, size_t size) {
  for (size_t done = 0; done < size; done += kRecord) {
    const size_t left = size - done;
    protect_record(protection, buffer + done, left < kRecord ? (int)left : kRecord);
  }
}

static void feed(int socket, uint64_t bytes) {
  while (bytes > 0) {
    const ssize_t sent = send(socket, buffer, bytes < kPiece ? bytes : kPiece, 0);
    if (sent <= 0) die("send");
    bytes -= (uint64_t)sent;
  }
}

static void drain(int socket) {
  while (recv(socket, buffer, kPiece, 0) > 0) {
  }
}

static void floor_of_get(int socket, struct protection protection) {
  for (ssize_t size; (size = recv(socket, buffer, kPiece, MSG_WAITALL)) > 0;) {
    protect(protection, (size_t)size);
  }
}

static void floor_of_put(int socket, struct protection protection, uint64_t bytes) {
  while (bytes > 0) {
    const size_t size = bytes < kPiece ? bytes : kPiece;
    protect(protection, size);
    for (size_t done = 0; done < size;) {
      const ssize_t sent = send(socket, buffer + done, size - done, 0);
      if (sent <= 0) die("send");
      done += (size_t)sent;
    }
    bytes -= size;
  }
}

int main(int argc, char** argv) {
  if (argc != 4) die("floor get|put gcm|chacha|ctr BYTES");
  const bool is_get = strcmp(argv[1], "get") == 0;
  const uint64_t bytes = strtoull(argv[3], NULL, 10);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 1) != 0)
    die("bind");
  getsockname(listener, (struct sockaddr*)&address, &size);

  const pid_t other = fork();
  if (other == 0) {
    const int accepted = accept(listener, NULL, NULL);
    if (is_get) {
      feed(accepted, bytes);
    } else {
      drain(accepted);
    }
    _exit(0);
  }
  const struct protection protection = make_protection(argv[2]);
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(descriptor, (struct sockaddr*)&address, size) != 0) die("connect");
  const struct stopwatch watch = start_watch();
  if (is_get) {
    floor_of_get(descriptor, protection);
  } else {
    floor_of_put(descriptor, protection, bytes);
  }
  report(watch);
  close(descriptor);
  waitpid(other, NULL, 0);
  return 0;
}
