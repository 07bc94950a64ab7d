"""record.py FILE [EPISODES]: records episodes of bsuite's and popgym's memory tasks, for the tests of this directory.

It plays random actions, EPISODES episodes of each setting (default 3), and writes one gzipped JSON record a line. It needs
bsuite 0.3.6 and popgym 1.0.7. Its random numbers are recorded as the uniform numbers that give the same results in rlrun.
"""
import gzip
import json
import sys

import numpy as np
from bsuite.environments import memory_chain, umbrella_chain
from popgym.envs.repeat_previous import RepeatPrevious


class Recorder:
    """A generator that keeps what it draws as uniform numbers: 1/4 for 0 and 3/4 for 1, and (i + 1/2)/n for i of n."""

    def __init__(self, seed):
        self.rng, self.draws = np.random.RandomState(seed), []

    def binomial(self, n, p, size=None):
        x = self.rng.binomial(n, p, size)
        self.draws += [0.25 + 0.5 * int(b) for b in np.atleast_1d(x)]
        return x

    def randint(self, n):
        x = self.rng.randint(n)
        self.draws.append((int(x) + 0.5) / n)
        return x

    def take(self):
        draws, self.draws = self.draws, []
        return draws


def bsuite(task, actions, seed):
    """Plays an episode of a task of bsuite."""
    task._rng = rng = Recorder(seed)
    step = task.reset()
    r = {"draws": [rng.take()], "obs": [step.observation.flatten().tolist()], "actions": [], "rewards": [], "terminated": []}
    while not step.last():
        a = int(actions.randint(2))
        step = task.step(a)
        r["draws"].append(rng.take())
        r["obs"].append(step.observation.flatten().tolist())
        r["actions"].append(a)
        r["rewards"].append(float(step.reward))
        r["terminated"].append(bool(step.last()))
    return r


def popgym(task, actions, seed):
    """Plays an episode of popgym's RepeatPrevious. Its draws follow from the suits of its cards."""
    left = [task.deck.num_cards // 4] * 4

    def draw(suit):
        u = (sum(left[:suit]) + actions.randint(left[suit]) + 0.5) / sum(left)
        left[suit] -= 1
        return [u]

    obs, _ = task.reset(seed=seed)
    r = {"draws": [draw(obs)], "obs": [[obs]], "actions": [], "rewards": [], "terminated": []}
    done = False
    while not done:
        a = int(actions.randint(4))
        obs, reward, done, _, _ = task.step(a)
        r["draws"].append(draw(obs))
        r["obs"].append([obs])
        r["actions"].append(a)
        r["rewards"].append(float(reward))
        r["terminated"].append(bool(done))
    return r


def settings():
    """Yields each setting: the environment, its options, and a function that plays an episode."""
    for bits, length in ((1, 1), (1, 4), (2, 2), (5, 2), (5, 7), (40, 2)):
        task = memory_chain.MemoryChain(length, bits)
        yield "MemorySize-v0", {"bits": bits, "length": length}, task, bsuite
    for length in (1, 5, 100):
        yield "MemoryLength-v0", {"length": length}, memory_chain.MemoryChain(length), bsuite
    for length, distractors in ((1, 0), (2, 3), (20, 20), (100, 1)):
        task = umbrella_chain.UmbrellaChain(length, distractors)
        yield "Umbrella-v0", {"length": length, "distractors": distractors}, task, bsuite
    for decks, k in ((1, 4), (1, 1), (1, 51), (2, 32), (3, 64)):
        yield "RepeatPrevious-v0", {"decks": decks, "k": k}, RepeatPrevious(decks, k), popgym


def main(name, episodes=3):
    with gzip.GzipFile(name, "w", mtime=0) as f:
        for env, options, task, play in settings():
            for seed in range(int(episodes)):
                r = {"env": env, "options": options, **play(task, np.random.RandomState(1000 + seed), seed)}
                f.write((json.dumps(r, separators=(",", ":")) + "\n").encode())


main(*sys.argv[1:])
