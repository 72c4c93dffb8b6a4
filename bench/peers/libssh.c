// libssh at its best: 64 reads of 32 KiB in flight (its old asynchronous calls; 0.10 has no other),
// writes of the 261,120 bytes that OpenSSH takes, because each waits for its answer.
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>

#include "contestant.h"

enum { kReads = 64, kReadSize = 32 * 1024, kWriteSize = 261120, kPiece = 256 * 1024 };

static char buffer[kPiece];

static ssh_session login(const struct place* place) {
  ssh_session session = ssh_new();
  const bool no = false;
  const unsigned port = (unsigned)place->port;
  int descriptor = connect_to(place);
  ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
  ssh_options_set(session, SSH_OPTIONS_HOST, place->host);
  ssh_options_set(session, SSH_OPTIONS_PORT, &port);
  ssh_options_set(session, SSH_OPTIONS_USER, place->user);
  ssh_options_set(session, SSH_OPTIONS_FD, &descriptor);
  if (ssh_connect(session) != SSH_OK) die("connect: %s", ssh_get_error(session));
  ssh_key key = NULL;
  if (ssh_pki_import_privkey_file(place->key, NULL, NULL, NULL, &key) != SSH_OK) die("key");
  if (ssh_userauth_publickey(session, NULL, key) != SSH_AUTH_SUCCESS) die("login");
  ssh_key_free(key);
  return session;
}

static void logout(ssh_session session) {
  ssh_disconnect(session);
  ssh_free(session);
}

static sftp_session open_sftp(ssh_session session) {
  sftp_session sftp = sftp_new(session);
  if (sftp == NULL || sftp_init(sftp) != SSH_OK) die("sftp: %s", ssh_get_error(session));
  return sftp;
}

static sftp_file open_file(sftp_session sftp, const char* path, int flags) {
  sftp_file file = sftp_open(sftp, path, flags, 0644);
  if (file == NULL) die("open %s: %d", path, sftp_get_error(sftp));
  return file;
}

// Until the file ends; reads beyond the end are answered by an end each.
static void read_all(sftp_file file, FILE* to) {
  int waiting[kReads];
  size_t first = 0, count = 0;
  bool has_ended = false;
  while (!has_ended || count > 0) {
    while (!has_ended && count < kReads) {
      waiting[(first + count++) % kReads] = sftp_async_read_begin(file, kReadSize);
    }
    int size;
    do {
      size = sftp_async_read(file, buffer, kReadSize, (uint32_t)waiting[first]);
    } while (size == SSH_AGAIN);
    first = (first + 1) % kReads;
    --count;
    if (size < 0) die("read");
    if (size == 0) has_ended = true;
    if (to != NULL && size > 0) fwrite(buffer, 1, (size_t)size, to);
  }
}

static void get(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  sftp_file file = open_file(sftp, arguments[0], O_RDONLY);
  read_all(file, NULL);
  sftp_close(file);
  sftp_free(sftp);
  logout(session);
}

static void put(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  FILE* source = fopen(arguments[0], "rb");
  sftp_file file = open_file(sftp, arguments[1], O_WRONLY | O_CREAT | O_TRUNC);
  if (source == NULL) die("open %s", arguments[0]);
  setvbuf(source, NULL, _IONBF, 0);
  for (size_t size; (size = fread(buffer, 1, kWriteSize, source)) > 0;) {
    if (sftp_write(file, buffer, size) != (ssize_t)size) die("write");
  }
  fclose(source);
  sftp_close(file);
  sftp_free(sftp);
  logout(session);
}

static void scp_get(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  ssh_scp scp = ssh_scp_new(session, SSH_SCP_READ, arguments[0]);
  if (ssh_scp_init(scp) != SSH_OK) die("scp: %s", ssh_get_error(session));
  if (ssh_scp_pull_request(scp) != SSH_SCP_REQUEST_NEWFILE) die("scp: no file");
  uint64_t left = ssh_scp_request_get_size64(scp);
  ssh_scp_accept_request(scp);
  while (left > 0) {
    const int size = ssh_scp_read(scp, buffer, sizeof buffer);
    if (size <= 0) die("scp read");
    left -= (uint64_t)size;
  }
  ssh_scp_close(scp);
  ssh_scp_free(scp);
  logout(session);
}

static void scp_put(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  FILE* source = fopen(arguments[0], "rb");
  if (source == NULL) die("open %s", arguments[0]);
  fseeko(source, 0, SEEK_END);
  const uint64_t size = (uint64_t)ftello(source);
  rewind(source);
  setvbuf(source, NULL, _IONBF, 0);
  ssh_scp scp = ssh_scp_new(session, SSH_SCP_WRITE, "/dev");
  if (ssh_scp_init(scp) != SSH_OK) die("scp: %s", ssh_get_error(session));
  if (ssh_scp_push_file64(scp, "null", size, 0666) != SSH_OK) die("scp push");
  for (size_t piece; (piece = fread(buffer, 1, sizeof buffer, source)) > 0;) {
    if (ssh_scp_write(scp, buffer, piece) != SSH_OK) die("scp write");
  }
  fclose(source);
  ssh_scp_close(scp);
  ssh_scp_free(scp);
  logout(session);
}

// The command's output, dropped.
static void run_command(ssh_session session, const char* command) {
  ssh_channel channel = ssh_channel_new(session);
  if (ssh_channel_open_session(channel) != SSH_OK) die("channel: %s", ssh_get_error(session));
  if (ssh_channel_request_exec(channel, command) != SSH_OK) die("exec");
  while (ssh_channel_read(channel, buffer, sizeof buffer, 0) > 0) {
  }
  ssh_channel_close(channel);
  ssh_channel_free(channel);
}

static void exec(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  run_command(session, arguments[0]);
  logout(session);
}

static void logins(const struct place* place, char** arguments) {
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[0]); left > 0; --left) {
    ssh_session session = login(place);
    run_command(session, "true");
    logout(session);
  }
  report(watch);
}

static void stats(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    sftp_attributes attributes = sftp_stat(sftp, arguments[0]);
    if (attributes == NULL) die("stat");
    sftp_attributes_free(attributes);
  }
  report(watch);
  sftp_free(sftp);
  logout(session);
}

static void open_read(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    sftp_file file = open_file(sftp, arguments[0], O_RDONLY);
    if (sftp_read(file, buffer, 1024) != 1024) die("read");
    sftp_close(file);
  }
  report(watch);
  sftp_free(sftp);
  logout(session);
}

static void list(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  const struct stopwatch watch = start_watch();
  sftp_dir directory = sftp_opendir(sftp, arguments[0]);
  if (directory == NULL) die("opendir");
  for (sftp_attributes entry; (entry = sftp_readdir(sftp, directory)) != NULL;) {
    sftp_attributes_free(entry);
  }
  sftp_closedir(directory);
  report(watch);
  sftp_free(sftp);
  logout(session);
}

static void tree(const struct place* place, char** arguments) {
  ssh_session session = login(place);
  sftp_session sftp = open_sftp(session);
  sftp_dir directory = sftp_opendir(sftp, arguments[0]);
  if (directory == NULL) die("opendir");
  for (sftp_attributes entry; (entry = sftp_readdir(sftp, directory)) != NULL;) {
    char from[4096], to[4096];
    snprintf(from, sizeof from, "%s/%s", arguments[0], entry->name);
    snprintf(to, sizeof to, "%s/%s", arguments[1], entry->name);
    if (entry->type == SSH_FILEXFER_TYPE_REGULAR) {
      FILE* target = fopen(to, "wb");
      sftp_file file = open_file(sftp, from, O_RDONLY);
      for (ssize_t size; (size = sftp_read(file, buffer, kReadSize)) > 0;) {
        fwrite(buffer, 1, (size_t)size, target);
      }
      sftp_close(file);
      fclose(target);
    }
    sftp_attributes_free(entry);
  }
  sftp_closedir(directory);
  sftp_free(sftp);
  logout(session);
}

static void idle(const struct place* place, char** arguments) {
  const int count = atoi(arguments[0]);
  ssh_session* sessions = calloc((size_t)count, sizeof(ssh_session));
  for (int i = 0; i < count; ++i) sessions[i] = login(place);
  idle_until_told();
  for (int i = 0; i < count; ++i) logout(sessions[i]);
  free(sessions);
}

static void* sleep_and_echo(void* place) {
  ssh_session session = login(place);
  run_command(session, "sleep 1; echo");
  logout(session);
  return NULL;
}

static void sessions(const struct place* place, char** arguments) {
  all_at_once(atoi(arguments[0]), sleep_and_echo, place);
}

int main(int argc, char** argv) {
  static const struct task kTasks[] = {
      {"get", get},   {"put", put},      {"scp_get", scp_get}, {"scp_put", scp_put},
      {"exec", exec}, {"login", logins}, {"stat", stats},      {"open_read", open_read},
      {"list", list}, {"tree", tree},    {"idle", idle},       {"sessions", sessions},
      {NULL, NULL},
  };
  ssh_init();
  return run_task(argc, argv, kTasks);
}
