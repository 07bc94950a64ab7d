// Package multibody simulates mechanisms of rigid bodies with joint limits and frictional contacts
// as MuJoCo 4.0 does: the same equations of motion, contact model, solvers and integrators, to
// rounding. It is a subset of MuJoCo: trees of bodies with hinges, slides and free joints, and shapes with a
// simple surface.
//
// A Builder describes a mechanism as a Go literal, and LoadMJCF reads one from a file of MuJoCo's
// format. Build checks the description, derives masses, inertias, inverse weights and the pairs of
// geoms that may touch, and returns a Model, which is constant and can be shared between
// goroutines. A Data is one simulation. Step allocates nothing and is a function of the state
// alone, with the same bits on every machine: products are rounded before they are added, and the
// sines are the package's own.
//
// docs/multibody.md in this module has examples, what is supported, and how it agrees with MuJoCo.
package multibody
