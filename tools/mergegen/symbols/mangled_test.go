package symbols

import "testing"

func TestOfRuntime(t *testing.T) {
	for _, name := range []string{
		"_ZNSt6vectorIiSaIiEE9push_backERKi",
		"_ZNSt8__detail9_CompilerINSt7__cxx1112regex_traitsIcEEE18_M_expression_termILb1ELb0EEEbRNS4_13_BracketStateERNS_15_BracketMatcherIS3_XT_EXT0_EEE",
		"_ZSt4moveIRSt4pairIKSsiEEONSt16remove_referenceIT_E4typeEOS5_",
		"_ZN9__gnu_cxx13new_allocatorIcED1Ev",
		"_ZNSt7__cxx1110moneypunctIcLb0EE2idE",
		"_ZGVNSt7__cxx1110moneypunctIcLb0EE2idE",
		"_ZTVSt9exception",
		"_ZTINSt6thread6_StateE",
		"_ZNSt5arrayIcLm16EEixEm",
		"_ZStplIcSt11char_traitsIcESaIcEENSt7__cxx1112basic_stringIT_T0_T1_EEOS8_PKS5_",
		"_ZNKSt7__cxx1112regex_traitsIcE16lookup_classnameIPKcEENS1_10_RegexMaskET_S6_b",
		"_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE3endB5cxx11Ev",
		"DW.ref.__gxx_personality_v0",
	} {
		if !ofRuntime(name) {
			t.Errorf("%s is not of the C++ library", name)
		}
	}
	for _, name := range []string{
		"f",
		"_Z7versionv",
		"_ZN3zip7versionEv",
		"_ZNSt6vectorI4ItemSaIS0_EE9push_backERKS0_",
		"_ZNSt6vectorIN3foo4ItemESaIS1_EE9push_backERKS1_",
		"_ZSt4moveIRK4ItemEONSt16remove_referenceIT_E4typeEOS4_",
		"_ZNSt3mapIi4ItemSt4lessIiESaISt4pairIKiS0_EEEixERS4_",
		"_ZNSt5arrayI4ItemLm16EEixEm",
		"_ZZ5countvE1n",
		"_ZGVZ5countvE1n",
		"_ZTV4base",
		"_ZTIN3foo4baseE",
		"_ZNSt99x",
	} {
		if ofRuntime(name) {
			t.Errorf("%s is of the C++ library", name)
		}
	}
}
