// libssh2 at its best: calls with 4 MiB, from which it makes its own requests in flight, and a
// receive window of 64 MiB, which it otherwise grows only by what a call asks for.
#include <libssh2.h>
#include <libssh2_sftp.h>

#include "contestant.h"

enum { kBuffer = 4 * 1024 * 1024, kWindow = 64 * 1024 * 1024 };

static char buffer[kBuffer];

struct connection {
  LIBSSH2_SESSION* session;
  int descriptor;
};

static char* error_of(LIBSSH2_SESSION* session) {
  char* text = NULL;
  libssh2_session_last_error(session, &text, NULL, 0);
  return text;
}

static struct connection login(const struct place* place) {
  const struct connection made = {libssh2_session_init(), connect_to(place)};
  if (libssh2_session_handshake(made.session, made.descriptor) != 0) {
    die("handshake: %s", error_of(made.session));
  }
  if (libssh2_userauth_publickey_fromfile(made.session, place->user, NULL, place->key, NULL) != 0) {
    die("login: %s", error_of(made.session));
  }
  return made;
}

static void logout(struct connection connection) {
  libssh2_session_disconnect(connection.session, "done");
  libssh2_session_free(connection.session);
  close(connection.descriptor);
}

static LIBSSH2_SFTP* open_sftp(struct connection connection) {
  LIBSSH2_SFTP* sftp = libssh2_sftp_init(connection.session);
  if (sftp == NULL) die("sftp: %s", error_of(connection.session));
  libssh2_channel_receive_window_adjust2(libssh2_sftp_get_channel(sftp), kWindow, 1, NULL);
  return sftp;
}

static LIBSSH2_SFTP_HANDLE* open_file(LIBSSH2_SFTP* sftp, const char* path, unsigned long flags) {
  LIBSSH2_SFTP_HANDLE* file = libssh2_sftp_open(sftp, path, flags, 0644);
  if (file == NULL) die("open %s: %lu", path, libssh2_sftp_last_error(sftp));
  return file;
}

static void get(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  LIBSSH2_SFTP_HANDLE* file = open_file(sftp, arguments[0], LIBSSH2_FXF_READ);
  ssize_t size;
  while ((size = libssh2_sftp_read(file, buffer, sizeof buffer)) > 0) {
  }
  if (size < 0) die("read");
  libssh2_sftp_close(file);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void put(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  LIBSSH2_SFTP_HANDLE* file =
      open_file(sftp, arguments[1], LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC);
  FILE* source = fopen(arguments[0], "rb");
  if (source == NULL) die("open %s", arguments[0]);
  setvbuf(source, NULL, _IONBF, 0);
  for (size_t filled = 0;;) {  // kept full, so that there is always something to send ahead
    filled += fread(buffer + filled, 1, sizeof buffer - filled, source);
    if (filled == 0) break;
    const ssize_t size = libssh2_sftp_write(file, buffer, filled);
    if (size < 0) die("write");
    filled -= (size_t)size;
    memmove(buffer, buffer + size, filled);
  }
  fclose(source);
  libssh2_sftp_close(file);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void scp_get(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  libssh2_struct_stat facts;
  LIBSSH2_CHANNEL* channel = libssh2_scp_recv2(connection.session, arguments[0], &facts);
  if (channel == NULL) die("scp: %s", error_of(connection.session));
  libssh2_channel_receive_window_adjust2(channel, kWindow, 1, NULL);
  for (libssh2_struct_stat_size left = facts.st_size; left > 0;) {
    const size_t most = left < kBuffer ? (size_t)left : sizeof buffer;
    const ssize_t size = libssh2_channel_read(channel, buffer, most);
    if (size <= 0) die("scp read");
    left -= size;
  }
  libssh2_channel_free(channel);
  logout(connection);
}

static void scp_put(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  FILE* source = fopen(arguments[0], "rb");
  if (source == NULL) die("open %s", arguments[0]);
  fseeko(source, 0, SEEK_END);
  const off_t size = ftello(source);
  rewind(source);
  setvbuf(source, NULL, _IONBF, 0);
  LIBSSH2_CHANNEL* channel = libssh2_scp_send64(connection.session, "/dev/null", 0666, size, 0, 0);
  if (channel == NULL) die("scp: %s", error_of(connection.session));
  for (size_t piece; (piece = fread(buffer, 1, sizeof buffer, source)) > 0;) {
    for (size_t done = 0; done < piece;) {
      const ssize_t sent = libssh2_channel_write(channel, buffer + done, piece - done);
      if (sent < 0) die("scp write");
      done += (size_t)sent;
    }
  }
  fclose(source);
  libssh2_channel_send_eof(channel);
  libssh2_channel_wait_eof(channel);
  libssh2_channel_free(channel);
  logout(connection);
}

// The command's output, dropped.
static void run_command(struct connection connection, const char* command, size_t piece) {
  LIBSSH2_CHANNEL* channel =
      libssh2_channel_open_ex(connection.session, "session", 7, kWindow, 32768, NULL, 0);
  if (channel == NULL) die("channel: %s", error_of(connection.session));
  if (libssh2_channel_exec(channel, command) != 0) die("exec");
  while (libssh2_channel_read(channel, buffer, piece) > 0) {
  }
  libssh2_channel_close(channel);
  libssh2_channel_free(channel);
}

static void exec(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  run_command(connection, arguments[0], sizeof buffer);
  logout(connection);
}

static void logins(const struct place* place, char** arguments) {
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[0]); left > 0; --left) {
    const struct connection connection = login(place);
    run_command(connection, "true", 1024);
    logout(connection);
  }
  report(watch);
}

static void stats(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  LIBSSH2_SFTP_ATTRIBUTES attributes;
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    if (libssh2_sftp_stat(sftp, arguments[0], &attributes) != 0) die("stat");
  }
  report(watch);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void open_read(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  const struct stopwatch watch = start_watch();
  for (int left = atoi(arguments[1]); left > 0; --left) {
    LIBSSH2_SFTP_HANDLE* file = open_file(sftp, arguments[0], LIBSSH2_FXF_READ);
    if (libssh2_sftp_read(file, buffer, 1024) != 1024) die("read");
    libssh2_sftp_close(file);
  }
  report(watch);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void list(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  LIBSSH2_SFTP_ATTRIBUTES attributes;
  char name[512];
  const struct stopwatch watch = start_watch();
  LIBSSH2_SFTP_HANDLE* directory = libssh2_sftp_opendir(sftp, arguments[0]);
  if (directory == NULL) die("opendir");
  while (libssh2_sftp_readdir(directory, name, sizeof name, &attributes) > 0) {
  }
  libssh2_sftp_closedir(directory);
  report(watch);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void tree(const struct place* place, char** arguments) {
  const struct connection connection = login(place);
  LIBSSH2_SFTP* sftp = open_sftp(connection);
  LIBSSH2_SFTP_ATTRIBUTES attributes;
  char name[512];
  LIBSSH2_SFTP_HANDLE* directory = libssh2_sftp_opendir(sftp, arguments[0]);
  if (directory == NULL) die("opendir");
  while (libssh2_sftp_readdir(directory, name, sizeof name, &attributes) > 0) {
    if (!LIBSSH2_SFTP_S_ISREG(attributes.permissions)) continue;
    char from[4096], to[4096];
    snprintf(from, sizeof from, "%s/%s", arguments[0], name);
    snprintf(to, sizeof to, "%s/%s", arguments[1], name);
    FILE* target = fopen(to, "wb");
    LIBSSH2_SFTP_HANDLE* file = open_file(sftp, from, LIBSSH2_FXF_READ);
    for (ssize_t size; (size = libssh2_sftp_read(file, buffer, 32768)) > 0;) {
      fwrite(buffer, 1, (size_t)size, target);
    }
    libssh2_sftp_close(file);
    fclose(target);
  }
  libssh2_sftp_closedir(directory);
  libssh2_sftp_shutdown(sftp);
  logout(connection);
}

static void idle(const struct place* place, char** arguments) {
  const int count = atoi(arguments[0]);
  struct connection* connections = calloc((size_t)count, sizeof *connections);
  for (int i = 0; i < count; ++i) connections[i] = login(place);
  idle_until_told();
  for (int i = 0; i < count; ++i) logout(connections[i]);
  free(connections);
}

static void* sleep_and_echo(void* place) {
  const struct connection connection = login(place);
  run_command(connection, "sleep 1; echo", 1024);
  logout(connection);
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
  libssh2_init(0);
  return run_task(argc, argv, kTasks);
}
