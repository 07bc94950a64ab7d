package f32

// available returns the kernels that this machine can run, the fastest last.
func available() []*kernels {
	have := []*kernels{&generic}
	for _, k := range []*kernels{&avx2, &avx512} {
		if runs(k.name) {
			have = append(have, k)
		}
	}
	return have
}

// avx2 are the kernels in assembly for processors with AVX2.
var avx2 = kernels{
	name: "avx2",
	add:  addAVX2, sub: subAVX2, mul: mulAVX2, mulAdd: mulAddAVX2, min: minAVX2,
	affine: affineAVX2, axpy: axpyAVX2, blend: blendAVX2, clip: clipAVX2,
	exp: expAVX2, log: logAVX2,
	minGrad: minGradAVX2, clipGrad: clipGradAVX2,
	activate: activateAVX2,
	activateSlope: [activations]func(y, slope, x []float32){
		SELUAct: seluSlopeAVX2, GELUAct: geluSlopeAVX2, GELUTanhAct: geluTanhSlopeAVX2, SoftplusAct: softplusSlopeAVX2, SiLUAct: siluSlopeAVX2, MishAct: mishSlopeAVX2,
		HardswishAct: hardswishSlopeAVX2,
	},
	layerGrad: [activations]func(dy, kept, db []float32, n int){
		Identity: identityLayerAVX2, ReLUAct: reluLayerAVX2, TanhAct: tanhLayerAVX2, SigmoidAct: sigmoidLayerAVX2, ELUAct: eluLayerAVX2, SELUAct: slopeLayerAVX2,
		GELUAct: slopeLayerAVX2, GELUTanhAct: slopeLayerAVX2, LeakyReLUAct: leakyReLULayerAVX2, SoftplusAct: slopeLayerAVX2, SiLUAct: slopeLayerAVX2,
		MishAct: slopeLayerAVX2, HardtanhAct: hardtanhLayerAVX2, HardswishAct: slopeLayerAVX2,
	},
	sum:        func(x []float32) float64 { return inBlocks(x, sumBlocksAVX2, sumGeneric) },
	sumSquares: func(x []float32) float64 { return inBlocks(x, sumSquaresBlocksAVX2, sumSquaresGeneric) },
	sumRows:    func(dst, x []float32, n int) { identityLayerAVX2(x, x, dst, n) },
	gae:        gaeAVX2, gather: gatherAVX2, normalize: normalizeAVX2,
	adam: func(p, g, m, v []float32, s AdamStep) {
		adamAVX2(p, g, m, v, s.Scale, s.Beta1, s.Beta2, s.Rest1, s.Rest2, s.Rate, s.RootScale, s.Epsilon)
	},
	rms: func(p, g, v []float32, s RMSStep) {
		rmsAVX2(p, g, v, s.Scale, s.Keep, s.Add, s.Rate, s.Inside, s.Outside)
	},
	dense: ymm.dense, denseInput: ymm.denseInput, denseWeight: ymm.denseWeight,
	linear: ymm.linear, linearInput: ymm.linearInput, linearWeight: ymm.linearWeight,
	denseRow: denseRowAVX2, minRow: 8, narrow: narrowAVX2,
	panel: ymmPanels.multiply, indexed: ymmPanels.multiplyIndexed, pack: packAVX2, packTransposed: packTransposedAVX2,
	fromBytes: fromBytesSlicesAVX2, unit: unitAVX2,
	lstmGates: lstmGatesSlicesAVX2, lstmGatesGrad: lstmGatesGradSlicesAVX2, gruGates: gruGatesSlicesAVX2, gruGatesGrad: gruGatesGradSlicesAVX2,
	softmax: softmaxSlicesAVX2, softmaxGrad: softmaxGradSlicesAVX2, layerNorm: layerNormSlicesAVX2, layerNormGrad: layerNormGradSlicesAVX2,
	maxPool: maxPoolSlicesAVX2, maxPoolGrad: maxPoolGradSlicesAVX2,
}

// avx512 are the kernels in assembly for processors with AVX-512.
var avx512 = kernels{
	name: "avx512",
	add:  addAVX512, sub: subAVX512, mul: mulAVX512, mulAdd: mulAddAVX512, min: minAVX512,
	affine: affineAVX512, axpy: axpyAVX512, blend: blendAVX512, clip: clipAVX512,
	exp: expAVX512, log: logAVX512,
	minGrad: minGradAVX512, clipGrad: clipGradAVX512,
	activate: activateAVX512,
	activateSlope: [activations]func(y, slope, x []float32){
		SELUAct: seluSlopeAVX512, GELUAct: geluSlopeAVX512, GELUTanhAct: geluTanhSlopeAVX512, SoftplusAct: softplusSlopeAVX512, SiLUAct: siluSlopeAVX512, MishAct: mishSlopeAVX512,
		HardswishAct: hardswishSlopeAVX512,
	},
	layerGrad: [activations]func(dy, kept, db []float32, n int){
		Identity: identityLayerAVX512, ReLUAct: reluLayerAVX512, TanhAct: tanhLayerAVX512, SigmoidAct: sigmoidLayerAVX512, ELUAct: eluLayerAVX512, SELUAct: slopeLayerAVX512,
		GELUAct: slopeLayerAVX512, GELUTanhAct: slopeLayerAVX512, LeakyReLUAct: leakyReLULayerAVX512, SoftplusAct: slopeLayerAVX512, SiLUAct: slopeLayerAVX512,
		MishAct: slopeLayerAVX512, HardtanhAct: hardtanhLayerAVX512, HardswishAct: slopeLayerAVX512,
	},
	sum:        func(x []float32) float64 { return inBlocks(x, sumBlocksAVX512, sumGeneric) },
	sumSquares: func(x []float32) float64 { return inBlocks(x, sumSquaresBlocksAVX512, sumSquaresGeneric) },
	sumRows:    func(dst, x []float32, n int) { identityLayerAVX512(x, x, dst, n) },
	gae:        gaeAVX512, gather: gatherAVX2, normalize: normalizeAVX512,
	adam: func(p, g, m, v []float32, s AdamStep) {
		adamAVX512(p, g, m, v, s.Scale, s.Beta1, s.Beta2, s.Rest1, s.Rest2, s.Rate, s.RootScale, s.Epsilon)
	},
	rms: func(p, g, v []float32, s RMSStep) {
		rmsAVX512(p, g, v, s.Scale, s.Keep, s.Add, s.Rate, s.Inside, s.Outside)
	},
	dense: zmm.dense, denseInput: zmm.denseInput, denseWeight: zmm.denseWeight,
	linear: zmm.linear, linearInput: zmm.linearInput, linearWeight: zmm.linearWeight,
	denseRow: denseRowAVX512, minRow: 16, narrow: narrowAVX512,
	panel: zmmPanels.multiply, indexed: zmmPanels.multiplyIndexed, pack: packAVX512, packTransposed: packTransposedAVX512,
	fromBytes: fromBytesSlicesAVX512, unit: unitAVX512,
	lstmGates: lstmGatesSlicesAVX512, lstmGatesGrad: lstmGatesGradSlicesAVX512, gruGates: gruGatesSlicesAVX512, gruGatesGrad: gruGatesGradSlicesAVX512,
	softmax: softmaxSlicesAVX512, softmaxGrad: softmaxGradSlicesAVX512, layerNorm: layerNormSlicesAVX512, layerNormGrad: layerNormGradSlicesAVX512,
	maxPool: maxPoolSlicesAVX512, maxPoolGrad: maxPoolGradSlicesAVX512,
}

// activateAVX2 and activateAVX512 are the functions f of y = f(x).
var activateAVX2 = [activations]func(dst, x []float32){
	Identity: genericActivate[Identity], ReLUAct: reluAVX2, TanhAct: tanhAVX2, SigmoidAct: sigmoidAVX2, ELUAct: eluAVX2, SELUAct: seluAVX2,
	GELUAct: geluAVX2, GELUTanhAct: geluTanhAVX2, LeakyReLUAct: leakyReLUAVX2, SoftplusAct: softplusAVX2, SiLUAct: siluAVX2, MishAct: mishAVX2,
	HardtanhAct: hardtanhAVX2, HardswishAct: hardswishAVX2,
}

var activateAVX512 = [activations]func(dst, x []float32){
	Identity: genericActivate[Identity], ReLUAct: reluAVX512, TanhAct: tanhAVX512, SigmoidAct: sigmoidAVX512, ELUAct: eluAVX512, SELUAct: seluAVX512,
	GELUAct: geluAVX512, GELUTanhAct: geluTanhAVX512, LeakyReLUAct: leakyReLUAVX512, SoftplusAct: softplusAVX512, SiLUAct: siluAVX512, MishAct: mishAVX512,
	HardtanhAct: hardtanhAVX512, HardswishAct: hardswishAVX512,
}

// ymm and zmm compute matrix products: ymm with the 256-bit registers of AVX2, zmm with the
// 512-bit registers of AVX-512.
var (
	ymm = products{
		lanes: 8, shift: 3, rows: []int{6, 4, 2, 1}, widest: 2, widestRow: 8,
		block: [9][9]blockFunc{
			1: {1: product1x1AVX2, 2: product1x2AVX2, 4: product1x4AVX2, 8: product1x8AVX2},
			2: {1: product2x1AVX2, 2: product2x2AVX2},
			4: {1: product4x1AVX2, 2: product4x2AVX2},
			6: {1: product6x1AVX2, 2: product6x2AVX2},
		},
		pack:      [5]packFunc{1: pack1AVX2, 2: pack2AVX2, 3: pack3AVX2},
		transpose: transposeAVX2, narrow: narrowAVX2, activate: &activateAVX2, panels: &ymmPanels, packPanel: packAVX2,
	}
	zmm = products{
		lanes: 16, shift: 4, rows: []int{8, 4, 2, 1}, widest: 3, widestRow: 4,
		block: [9][9]blockFunc{
			1: {1: product1x1AVX512, 2: product1x2AVX512, 3: product1x3AVX512, 4: product1x4AVX512},
			2: {1: product2x1AVX512, 2: product2x2AVX512, 3: product2x3AVX512, 4: product2x4AVX512},
			4: {1: product4x1AVX512, 2: product4x2AVX512, 3: product4x3AVX512, 4: product4x4AVX512},
			8: {1: product8x1AVX512, 2: product8x2AVX512, 3: product8x3AVX512},
		},
		split: [9][9]blockFunc{
			1: {1: product1x1splitAVX512, 2: product1x2splitAVX512, 3: product1x3splitAVX512, 4: product1x4splitAVX512},
			2: {1: product2x1splitAVX512, 2: product2x2splitAVX512, 3: product2x3splitAVX512},
			4: {1: product4x1splitAVX512, 2: product4x2splitAVX512, 3: product4x3splitAVX512},
		},
		pack:      [5]packFunc{1: pack1AVX512, 2: pack2AVX512, 3: pack3AVX512},
		transpose: transposeAVX512, narrow: narrowAVX512, activate: &activateAVX512, panels: &zmmPanels, packPanel: packAVX512,
	}
)
