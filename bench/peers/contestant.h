// What the contestants written in C share: the command line (PROGRAM TASK HOST PORT USER KEY
// ARGUMENT...), the socket, the clock and the line that reports what was measured.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct place {
  const char* host;
  int port;
  const char* user;
  const char* key;
};

struct task {
  const char* name;
  void (*run)(const struct place* place, char** arguments);
};

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline double cpu_used(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// A stopwatch for tasks of which only a part counts, without connecting and starting.
struct stopwatch {
  double began;
  double cpu_began;
};
static inline struct stopwatch start_watch(void) {
  return (struct stopwatch){now(), cpu_used()};
}
static inline void report(struct stopwatch watch) {
  printf("seconds %.6f\ncpu %.6f\n", now() - watch.began, cpu_used() - watch.cpu_began);
}

static inline int connect_to(const struct place* place) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)place->port);
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  if (inet_pton(AF_INET, place->host, &address.sin_addr) != 1) die("host: an IPv4 address");
  if (connect(descriptor, (struct sockaddr*)&address, sizeof address) != 0) die("connect");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return descriptor;
}

// Says that all sessions are there, and holds them until the harness has looked.
static inline void idle_until_told(void) {
  puts("idle");
  fflush(stdout);
  while (getchar() != EOF) {
  }
}

// The most memory that this program had; rusage would count the harness' own before exec, too.
static inline void report_peak(void) {
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    long kib;
    if (sscanf(line, "VmHWM: %ld", &kib) == 1) printf("peak_kib %ld\n", kib);
  }
  if (status != NULL) fclose(status);
}

// One thread for each of `count` pieces of work.
static inline void all_at_once(int count, void* (*work)(void*), const void* argument) {
  pthread_t* threads = (pthread_t*)calloc((size_t)count, sizeof *threads);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  for (int i = 0; i < count; ++i) {
    if (pthread_create(&threads[i], &attributes, work, (void*)argument) != 0) die("thread");
  }
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
  free(threads);
  report_peak();
}

static inline int run_task(int argc, char** argv, const struct task* tasks) {
  if (argc < 6) {  // which tasks there are
    for (const struct task* task = tasks; task->name != NULL; ++task) puts(task->name);
    return argc == 1 ? 0 : 2;
  }
  const struct place place = {argv[2], atoi(argv[3]), argv[4], argv[5]};
  for (const struct task* task = tasks; task->name != NULL; ++task) {
    if (strcmp(task->name, argv[1]) != 0) continue;
    task->run(&place, argv + 6);
    return 0;
  }
  die("unknown task %s", argv[1]);
}
