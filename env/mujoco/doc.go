// Package mujoco has the MuJoCo tasks of Gymnasium, version v5, on the physics of package
// multibody, without MuJoCo. They agree with Gymnasium's on MuJoCo 4.0.0 step for step: with the
// same state, solver's start and action, they have the same next state, observation and reward, up
// to rounding.
//
// Register adds all of them to a Registry. Each is also a type with options, made for example by
// NewInvertedPendulum. All of them can be saved (env.Snapshotter), and their physical state can be
// set (env.Physics). They report the parts of the reward (env.Measured).
//
// Gymnasium sums the squares of actions in float32. Here all sums are float64, so rewards differ
// in the seventh digit.
package mujoco
