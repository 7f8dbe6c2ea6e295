# SPDX-License-Identifier: Apache-2.0
"""killer - SIGKILL at random moments, and at every named point

A named point is armed for one process's next life by a file (see kill_point.c), so the process is
killed first to read it: both ends count.
"""
import os
import time

# actor, point, at the how-many-th time at most
POINTS = (
    ("poller", "poller.stored", 8),       # the inlet was read, and committed
    ("poller", "poller.received", 8),     # read, and not committed
    ("poller", "poller.acking", 8),       # before the queue's delete
    ("poller", "poller.receipt", 40),     # the receipt came, its row is there
    ("poller", "poller.deleted", 8),      # its row is gone
    ("poller", "poller.page", 2),         # a page of a list
    ("enricher", "enricher.left", 8),     # a read left
    ("enricher", "enricher.fetched", 30),  # an order was read, nobody has it
    ("enricher", "enricher.handed", 30),  # handed on, the receipt goes back
    ("mapper", "mapper.taken", 40),       # nothing committed
    ("mapper", "mapper.committed", 40),   # committed, no receipt
    ("mapper", "mapper.receipted", 40),   # receipt sent, nothing handed on
    ("mapper", "mapper.receipt", 40),     # delivered, the outbox row is there
    ("mapper", "mapper.deleted", 8),      # it is gone
    ("pusher", "pusher.taken", 40),       # taken, nothing left
    ("pusher", "pusher.leaving", 20),     # right before the request
    ("pusher", "pusher.left", 20),        # the request left
    ("pusher", "pusher.answered", 20),    # the answer came, no mark
    ("pusher", "pusher.committed", 40),   # the mark is there, no receipt
    ("pusher", "pusher.receipted", 40),   # the receipt left
    ("pusher", "pusher.half", 1),         # between two halves of a batch
    ("keeper", "keeper.stored", 1),       # a new token is kept, nobody was told
    ("keeper", "keeper.answered", 1),     # told
    ("keeper", "keeper.debited", 4),      # a lease is debited, nobody has it
)
# Who is killed at random, and how often beside the others. "": all at once.
RANDOM = (("poller", 4), ("enricher", 4), ("mapper", 5), ("pusher", 6), ("keeper", 2),
          ("monitor", 2), ("broker", 1), ("", 1))
ARMED_S = 8  # a point that is not reached by then is given up: its process is killed all the same
POINT_SHARE = 0.45


class Killer:
    def __init__(self, crew, rng, kills, stages=None, scene=None):
        """stages: how many processes of each; none = one."""
        self.points_wanted = scene.points if scene else POINTS
        self.stages = stages or {}
        self.crew = crew
        self.rng = rng
        self.wanted = kills
        self.kills = 0
        self.by = {}      # who -> how often
        self.points = {}  # point -> how often it struck
        self.armed = {}   # instance -> (point, since)
        self.queue = []
        self.names = [name for name, weight in (scene.random if scene else RANDOM) for _ in range(weight)]

    def count(self, who, how_many=1):
        self.kills += how_many
        self.by[who] = self.by.get(who, 0) + how_many

    def look(self):
        """Count the points that struck; kill who never came to its point."""
        for instance, (point, since) in list(self.armed.items()):
            base = os.path.join(self.crew.kill_dir, instance)
            if os.path.exists(base + ".fired"):
                os.unlink(base + ".fired")
                del self.armed[instance]
                self.points[point] = self.points.get(point, 0) + 1
                self.count(instance)
            elif time.monotonic() - since > ARMED_S:
                self.give_up(instance)
                if self.crew.kill(instance):
                    self.count(instance)

    def give_up(self, instance):
        self.armed.pop(instance, None)
        for end in ("", ".armed", ".fired"):
            try:
                os.unlink(os.path.join(self.crew.kill_dir, instance + end))
            except FileNotFoundError:
                pass

    def kill_all(self):
        for instance in list(self.armed):
            self.give_up(instance)
        self.crew.kill_all()
        self.count("all at once")
        self.crew.start()

    def one_of(self, actor):
        alone = actor in ("keeper", "monitor", "broker")
        return f"{actor}-{1 if alone else self.rng.randint(1, self.stages.get(actor, 1))}"

    def arm(self):
        """The next point in turn whose process is not armed already."""
        if not self.queue:
            self.queue = list(self.points_wanted)
            self.rng.shuffle(self.queue)
        for at, (actor, point, most) in enumerate(self.queue):
            instance = self.one_of(actor)
            if instance in self.armed or instance not in self.crew.pids():
                continue
            del self.queue[at]
            with open(os.path.join(self.crew.kill_dir, instance), "w", encoding="ascii") as file:
                file.write(f"{point}:{self.rng.randint(1, most)}")
            if self.crew.kill(instance):
                self.count(instance)
                self.armed[instance] = (point, time.monotonic())
            else:
                self.give_up(instance)
            return True
        return False

    def strike(self):
        """One kill, or one and a second to come."""
        if self.rng.random() < POINT_SHARE and self.wanted - self.kills > len(self.armed) + 1:
            if self.arm():
                return
        name = self.rng.choice(self.names)
        if not name:
            self.kill_all()
            return
        instance = self.one_of(name)
        if instance not in self.armed and self.crew.kill(instance):
            self.count(instance)

    def done(self):
        return self.kills >= self.wanted

    def end(self):
        """Nobody is to end by itself any more."""
        for instance, _ in list(self.armed.items()):
            self.give_up(instance)
            if self.crew.kill(instance):
                self.count(instance)
