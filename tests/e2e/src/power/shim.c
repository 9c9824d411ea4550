// A disk that keeps only what it was told to: preloaded into a process, it mirrors under SHIM_TO what the process has synced
// under SHIM_FROM. A file's bytes come with fsync or fdatasync, a new name of it with the fsync of its folder, and a file
// that is removed goes at once. Not here: torn or reordered sectors.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_ 4096
#define RENAMES_MAX 256
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { char from[PATH_MAX_], to[PATH_MAX_]; } renamed[RENAMES_MAX];
static int renames;

// Where a path is mirrored; 0 if it is not.
static int mirrored(const char *path, char *to) {
  const char *from = getenv("SHIM_FROM"), *root = getenv("SHIM_TO");
  size_t length = from ? strlen(from) : 0;
  if (!root || !length || strncmp(path, from, length) || path[length] != '/') return 0;
  return snprintf(to, PATH_MAX_, "%s%s", root, path + length) < PATH_MAX_;
}

// A mirror that cannot be kept proves nothing: better no process.
static void must(int done) { if (!done) abort(); }

static void make_folders(char *path) {
  for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) { *at = 0; mkdir(path, 0700); *at = '/'; }
}

// In one step, as the bytes of the last sync stay until those of the next are there.
static void copy_file(const char *path, char *to) {
  char new[PATH_MAX_ + 8];
  int in = open(path, O_RDONLY | O_CLOEXEC);
  if (in < 0) return;  // it has no name any more
  make_folders(to);
  snprintf(new, sizeof new, "%s.shim", to);
  int out = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(out >= 0);
  ssize_t count;
  while ((count = sendfile(out, in, NULL, 1 << 20)) > 0) {}
  must(count == 0 && !close(out) && !close(in));
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  must(!real(new, to));
}

static void settle_renames(const char *folder) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  size_t length = strlen(folder);
  for (int at = 0; at < renames; at++) {
    char *to = renamed[at].to;
    if (strncmp(to, folder, length) || to[length] != '/' || strchr(to + length + 1, '/')) continue;
    make_folders(to);
    real(renamed[at].from, to);  // absent where its bytes were never synced
    renamed[at--] = renamed[--renames];
  }
}

static int synced(int file, const char *call) {
  int (*real)(int) = dlsym(RTLD_NEXT, call), result = real(file);
  char link[64], path[PATH_MAX_], to[PATH_MAX_];
  struct stat what;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 2);
  if (result || length < 0 || fstat(file, &what)) return result;
  path[length] = 0;
  if (!strcmp(path, getenv("SHIM_FROM") ? getenv("SHIM_FROM") : "")) strcat(path, "/");
  if (!mirrored(path, to)) return result;
  if (to[strlen(to) - 1] == '/') to[strlen(to) - 1] = 0;
  pthread_mutex_lock(&lock);
  if (S_ISDIR(what.st_mode)) settle_renames(to); else copy_file(path, to);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int file) { return synced(file, "fsync"); }
int fdatasync(int file) { return synced(file, "fdatasync"); }

int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  pthread_mutex_lock(&lock);
  int result = real(from, to);
  if (!result) {
    must(renames < RENAMES_MAX);
    renames += mirrored(from, renamed[renames].from) && mirrored(to, renamed[renames].to);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
  char to[PATH_MAX_];
  pthread_mutex_lock(&lock);
  int result = real(path);
  if (!result && mirrored(path, to)) real(to);
  pthread_mutex_unlock(&lock);
  return result;
}
