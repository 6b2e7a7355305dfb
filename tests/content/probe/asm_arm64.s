#include "textflag.h"

// func second(a []int64) int64
TEXT ·second(SB), NOSPLIT, $0-32
	MOVD a_base+0(FP), R0
	MOVD 8(R0), R0
	MOVD R0, ret+24(FP)
	RET

// func hiddenThird() int64
TEXT ·hiddenThird(SB), NOSPLIT, $0-8
	MOVD github·com∕gomerge∕rules_go_merge∕tests∕content∕hidden·table+16(SB), R0
	MOVD R0, ret+0(FP)
	RET

// Symbols of no package.
DATA contentTable+0(SB)/8, $30
DATA contentTable+8(SB)/8, $1
GLOBL contentTable(SB), NOPTR, $16

TEXT contentStep(SB), NOSPLIT|NOFRAME, $0
	MOVD contentTable+0(SB), R0
	MOVD contentTable+8(SB), R1
	ADD R1, R0
	MOVD R0, contentTable+0(SB)
	RET

// func step() int64
TEXT ·step(SB), NOSPLIT, $16-8
	BL contentStep(SB)
	MOVD contentTable+0(SB), R0
	MOVD R0, ret+0(FP)
	RET
