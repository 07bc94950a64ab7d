package f32

// ymmPanels and zmmPanels compute products with matrices in panels: ymmPanels with the 256-bit registers of
// AVX2, zmmPanels with the 512-bit registers of AVX-512.
var (
	ymmPanels = panelBlocks{
		lanes: 8, highest: 6, widest: [9]int{1: 8, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2}, widestTable: 2, depth: 20 << 10,
		indexed: [9][5]indexedFunc{
			1: {1: indexed1x1AVX2, 2: indexed1x2AVX2},
			2: {1: indexed2x1AVX2, 2: indexed2x2AVX2},
			3: {1: indexed3x1AVX2, 2: indexed3x2AVX2},
			4: {1: indexed4x1AVX2, 2: indexed4x2AVX2},
			5: {1: indexed5x1AVX2, 2: indexed5x2AVX2},
			6: {1: indexed6x1AVX2, 2: indexed6x2AVX2},
		},
		panel: [9][9]panelFunc{
			1: {1: panel1x1AVX2, 2: panel1x2AVX2, 4: panel1x4AVX2, 8: panel1x8AVX2},
			2: {1: panel2x1AVX2, 2: panel2x2AVX2},
			3: {1: panel3x1AVX2, 2: panel3x2AVX2},
			4: {1: panel4x1AVX2, 2: panel4x2AVX2},
			5: {1: panel5x1AVX2, 2: panel5x2AVX2},
			6: {1: panel6x1AVX2, 2: panel6x2AVX2},
		},
	}
	zmmPanels = panelBlocks{
		lanes: 16, highest: 8, widest: [9]int{1: 8, 2: 4, 3: 4, 4: 4, 5: 3, 6: 3, 7: 3, 8: 3}, widestTable: 3, depth: 30 << 10,
		indexed: [9][5]indexedFunc{
			1: {1: indexed1x1AVX512, 2: indexed1x2AVX512, 3: indexed1x3AVX512, 4: indexed1x4AVX512},
			2: {1: indexed2x1AVX512, 2: indexed2x2AVX512, 3: indexed2x3AVX512, 4: indexed2x4AVX512},
			3: {1: indexed3x1AVX512, 2: indexed3x2AVX512, 3: indexed3x3AVX512, 4: indexed3x4AVX512},
			4: {1: indexed4x1AVX512, 2: indexed4x2AVX512, 3: indexed4x3AVX512, 4: indexed4x4AVX512},
			5: {1: indexed5x1AVX512, 2: indexed5x2AVX512, 3: indexed5x3AVX512},
			6: {1: indexed6x1AVX512, 2: indexed6x2AVX512, 3: indexed6x3AVX512},
			7: {1: indexed7x1AVX512, 2: indexed7x2AVX512, 3: indexed7x3AVX512},
			8: {1: indexed8x1AVX512, 2: indexed8x2AVX512, 3: indexed8x3AVX512},
		},
		panel: [9][9]panelFunc{
			1: {1: panel1x1AVX512, 2: panel1x2AVX512, 3: panel1x3AVX512, 4: panel1x4AVX512, 8: panel1x8AVX512},
			2: {1: panel2x1AVX512, 2: panel2x2AVX512, 3: panel2x3AVX512, 4: panel2x4AVX512},
			3: {1: panel3x1AVX512, 2: panel3x2AVX512, 3: panel3x3AVX512, 4: panel3x4AVX512},
			4: {1: panel4x1AVX512, 2: panel4x2AVX512, 3: panel4x3AVX512, 4: panel4x4AVX512},
			5: {1: panel5x1AVX512, 2: panel5x2AVX512, 3: panel5x3AVX512},
			6: {1: panel6x1AVX512, 2: panel6x2AVX512, 3: panel6x3AVX512},
			7: {1: panel7x1AVX512, 2: panel7x2AVX512, 3: panel7x3AVX512},
			8: {1: panel8x1AVX512, 2: panel8x2AVX512, 3: panel8x3AVX512},
		},
	}
)
