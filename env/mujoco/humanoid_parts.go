package mujoco

import (
	"slices"
	"strings"

	"github.com/rlrun/rlrun/multibody"
)

// A humanoidObservation has the options of both humanoids for what an observation has.
type humanoidObservation struct {
	excludePositions, inertias, velocities, torques, contacts bool
}

// The numbers of the last evaluation that a humanoid keeps: the place of its centre of mass along
// x and y, and what its observation has for each body but the world and for each motor.
const (
	humanoidBodies = 13
	humanoidMotors = 17

	humanoidInertias   = 2
	humanoidVelocities = humanoidInertias + 10*humanoidBodies
	humanoidTorques    = humanoidVelocities + 6*humanoidBodies
	humanoidContacts   = humanoidTorques + humanoidMotors
	humanoidEvaluated  = humanoidContacts + 6*humanoidBodies
)

// resetHumanoid starts an episode close to the initial pose, nearly at rest. The orientation, a
// quaternion, gets noise too: it counts as normalised, and the first step normalises it.
func (s *simulation) resetHumanoid(seed uint64, noise float64) {
	s.start(seed)
	s.addUniform(s.data.Qpos, noise)
	s.addUniform(s.data.Qvel, noise)
	s.data.Forward()
	s.evaluateHumanoid()
	s.clearContacts()
}

// setHumanoid sets the positions and the velocities.
func (s *simulation) setHumanoid(x []float64) error {
	if err := s.SetPhysics(x); err != nil {
		return err
	}
	s.evaluateHumanoid()
	s.clearContacts()
	return nil
}

// evaluateHumanoid writes the numbers of the latest evaluation to s.evaluated.
func (s *simulation) evaluateHumanoid() {
	x := s.evaluated
	var center multibody.Vec3
	var mass float64
	for i := 1; i < s.model.NBody; i++ {
		m := s.model.Mass(i)
		mass += m
		center = center.AddScaled(s.data.BodyCenter(i), m)
		writeInertia(x[humanoidInertias+10*(i-1):], s.data.BodyInertia(i))
		writeSpatial(x[humanoidVelocities+6*(i-1):], s.data.BodyVelocity(i))
	}
	x[0], x[1] = center.X/mass, center.Y/mass
	copy(x[humanoidTorques:humanoidContacts], s.data.ActuatorForce[6:]) // the free joint has no motors
	s.writeWrenches(x[humanoidContacts:])
}

// clearContacts sets the contact torques and forces to 0, as Gymnasium has them before the first
// step, because it computes them in steps only.
func (s *simulation) clearContacts() { clear(s.evaluated[humanoidContacts:]) }

// contactSquares returns the sum of the squares of the contact torques and forces.
func (s *simulation) contactSquares() float64 { return squareSum(s.evaluated[humanoidContacts:]) }

// writeInertia writes I in the order of MuJoCo's cinert: the tensor's xx, yy, zz, xy, xz and yz,
// the mass times the offset, the mass.
func writeInertia(dst []float64, i multibody.Inertia) {
	_ = dst[9] // one bounds check for all elements
	dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = i.XX, i.YY, i.ZZ, i.XY, i.XZ, i.YZ
	dst[6], dst[7], dst[8], dst[9] = i.H.X, i.H.Y, i.H.Z, i.M
}

// write writes the observation: positions, velocities, and what the options include of the numbers
// of the last evaluation.
func (o humanoidObservation) write(obs []float32, s *simulation) {
	q := s.data.Qpos
	if o.excludePositions {
		q = q[2:]
	}
	obs = writeFloats(writeFloats(obs, q), s.data.Qvel)
	for _, part := range []struct {
		include  bool
		from, to int
	}{
		{o.inertias, humanoidInertias, humanoidVelocities}, {o.velocities, humanoidVelocities, humanoidTorques},
		{o.torques, humanoidTorques, humanoidContacts}, {o.contacts, humanoidContacts, humanoidEvaluated},
	} {
		if part.include {
			obs = writeFloats(obs, s.evaluated[part.from:part.to])
		}
	}
}

// names returns the names of the observation's elements.
func (o humanoidObservation) names() (names []string) {
	joints := strings.Split("abdomen z,abdomen y,abdomen x,"+
		"right hip x,right hip z,right hip y,right knee,left hip x,left hip z,left hip y,left knee,"+
		"right shoulder 1,right shoulder 2,right elbow,left shoulder 1,left shoulder 2,left elbow", ",")
	bodies := strings.Split("torso,lower waist,pelvis,right thigh,right shin,right foot,left thigh,left shin,left foot,"+
		"right upper arm,right lower arm,left upper arm,left lower arm", ",")
	names, velocities := freeJointNames("torso")
	if o.excludePositions {
		names = names[2:]
	}
	names = slices.Concat(names, eachWith(joints, "angle"), velocities, eachWith(joints, "angular velocity"))
	for _, b := range bodies {
		if o.inertias {
			names = append(names, suffixed(b+" inertia", "xx", "yy", "zz", "xy", "xz", "yz")...)
			names = append(append(names, suffixed(b+" mass offset", "x", "y", "z")...), b+" mass")
		}
	}
	for _, b := range bodies {
		if o.velocities {
			names = append(names, suffixed(b+" spatial angular velocity", "x", "y", "z")...)
			names = append(names, suffixed(b+" spatial velocity", "x", "y", "z")...)
		}
	}
	if o.torques {
		names = append(names, eachWith(joints, "torque")...)
	}
	if o.contacts {
		names = append(names, wrenchNames(bodies)...)
	}
	return names
}

// motorNames returns the names of the motors, with which observations name the joints.
func motorNames(b *multibody.Builder) (names []string) {
	for _, a := range b.Actuators {
		names = append(names, strings.NewReplacer("_", " ", "shoulder", "shoulder ").Replace(a.Joint))
	}
	return names
}
