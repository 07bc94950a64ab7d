"""compare.py RLRUN [TASK...] [--seed N]: compares the MuJoCo tasks of rlrun with Gymnasium's.

It plays STEPS random steps of each task in Gymnasium. Before each step it gives rlrun, the command at the path RLRUN, Gymnasium's
state and the start of its solver, and after the step it compares states, observations, rewards and ends of episodes. So
an error cannot grow. It needs gymnasium 1.4.0 and mujoco 4.0.0, and exits with 1 where something differs.

States must agree to 1e-11. Two things in MuJoCo are less exact, and there the tolerance grows with them:
  - Its Newton solver may stop before its first iteration, while rlrun's goes to the minimum. The effect is measured, by
    a second step of Gymnasium's with the solver's tolerance 0.
  - Where Pusher's arm touches its object, MuJoCo finds the contacts by iteration.
"""
import argparse
import json
import subprocess
import sys

import gymnasium
import mujoco
import numpy as np

STEPS = 1000
TASKS = (
    "InvertedPendulum-v5", "InvertedDoublePendulum-v5", "Reacher-v5", "Swimmer-v5", "Hopper-v5", "HalfCheetah-v5",
    "Walker2d-v5", "Ant-v5", "Humanoid-v5", "HumanoidStandup-v5", "Pusher-v5",
)
STATE = 1e-11  # largest difference of a state, relative to the larger of 1 and the number
PUSHING = 5e-3  # the same for Pusher, while the arm touches the object
OBSERVATION = 1.3e-7  # a float32 ulp
REWARD = 1e-6  # NumPy sums the squares of actions in float32


class Rlrun:
    """The command `rlrun step TASK`, which answers one line for each line that it reads."""

    def __init__(self, path, task):
        self.process = subprocess.Popen([path, "step", task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"rlrun ends with exit status {self.process.wait()}")
        answer = json.loads(answer)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def state_of(data):
    return np.concatenate((data.qpos, data.qvel))


def difference(got, want):
    """The largest difference, relative to the larger of 1 and the number."""
    got, want = np.atleast_1d(np.array(got, dtype=float)), np.atleast_1d(want)
    if got.shape != want.shape:
        return np.inf
    d = np.abs(got - want) / np.maximum(1, np.abs(want))
    return np.inf if np.isnan(d).any() else d.max()


class Exact:
    """Gymnasium's task with the solver's minimum: the simulation with tolerance 0 and 200 iterations."""

    def __init__(self, task):
        self.env = gymnasium.make(task).unwrapped
        self.newton = self.env.model.opt.solver == mujoco.mjtSolver.mjSOL_NEWTON
        self.env.model.opt.tolerance, self.env.model.opt.iterations = 0, 200

    def state_after(self, data, action):
        """The state after a step from data."""
        model, own = self.env.model, self.env.data
        own.qpos[:], own.qvel[:], own.qacc_warmstart[:] = data.qpos, data.qvel, data.qacc_warmstart
        own.ctrl[:] = action
        mujoco.mj_step(model, own, nstep=self.env.frame_skip)
        return state_of(own)


def compare(path, task, seed):
    """Plays the steps and returns the largest difference of a state where MuJoCo is exact, and what differs."""
    env, exact, ours = gymnasium.make(task).unwrapped, Exact(task), Rlrun(path, task)
    env.action_space.seed(seed)
    env.reset(seed=seed)
    worst, wrong = 0, []
    for step in range(STEPS):
        action, touching = env.action_space.sample(), env.data.ncon > 3
        mujoco.mj_forward(env.model, env.data)  # places the bodies at the state, from which rlrun, too, measures velocities
        ours.ask({"state": state_of(env.data).tolist(), "warm": env.data.qacc_warmstart.tolist()})
        minimum = exact.state_after(env.data, action) if exact.newton else None
        obs, reward, terminated, _, _ = env.step(action)
        answer = ours.ask({"action": action.tolist()})

        want = state_of(env.data)
        slack = 3 * difference(minimum, want) if exact.newton else 0
        if slack < 3e-12:
            slack = 0
        if task == "Pusher-v5" and (touching or env.data.ncon > 3):
            slack = PUSHING
        got = difference(answer["state"], want)
        if slack == 0:
            worst = max(worst, got)
        for what, d, tolerance in (
            ("state", got, STATE + slack),
            ("observation", difference(answer["obs"], obs), max(OBSERVATION, 10 * slack)),
            ("reward", difference(answer["reward"], reward), max(REWARD, 10 * slack)),
        ):
            if not d <= tolerance:
                wrong.append(f"step {step}: {what} differs by {d:.1e}, want {tolerance:.1e} at most")
        if answer["terminated"] != bool(terminated):
            wrong.append(f"step {step}: terminated is {answer['terminated']}, want {bool(terminated)}")
        if terminated:
            env.reset()
    ours.close()
    return worst, wrong


def main():
    parser = argparse.ArgumentParser(description="compares the MuJoCo tasks of rlrun with Gymnasium's")
    parser.add_argument("rlrun", help="the path of the command")
    parser.add_argument("task", nargs="*", help="an id, as Ant-v5; by default all of them")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tasks = args.task or TASKS
    failed = 0
    for task in tasks:
        try:
            worst, wrong = compare(args.rlrun, task, args.seed)
        except RuntimeError as e:
            worst, wrong = np.inf, [str(e)]
        failed += bool(wrong)
        print(f"{task}: {len(wrong)} differences in {STEPS} steps; states differ by up to {worst:.1e}", *wrong[:3], sep="\n  ", flush=True)
    print(f"{len(tasks) - failed} of {len(tasks)} tasks agree with gymnasium {gymnasium.__version__}, mujoco {mujoco.__version__}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
