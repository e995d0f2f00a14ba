# fork-work.py - 8 threads allocate while the process forks 40 times; each child
# allocates too, checks what it inherited, and says so in its exit status.
import os
import threading

THREADS, FORKS = 8, 40
inherited = [("block %d " % i) * (i % 50) for i in range(5000)]
expected = sum(map(len, inherited))
stop = threading.Event()
rounds = [0] * THREADS


def allocate(number):
    while not stop.is_set() or rounds[number] < 5:
        blocks = [bytearray(n * 37 % 6000) for n in range(200)]
        blocks = [bytes(block) + b"x" for block in blocks]
        assert sum(map(len, blocks)) == sum(n * 37 % 6000 + 1 for n in range(200))
        rounds[number] += 1


def child():
    more = ["%d" % n * 20 for n in range(2000)]
    return 0 if sum(map(len, inherited)) == expected and len(more) == 2000 else 1


threads = [threading.Thread(target=allocate, args=(n,)) for n in range(THREADS)]
for thread in threads:
    thread.start()
good = 0
for _ in range(FORKS):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = child()
        finally:
            os._exit(status)
    good += os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads:
    thread.join()
print("children that did well:", good, "of", FORKS)
