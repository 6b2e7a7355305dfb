package main

func groups() []group {
	return []group{
		{row: 1, cases: messages()},
		{row: 2, cases: metadataCases()},
		{row: 2, cases: oddMetadata(), form: byRPC},
		{row: 3, cases: statuses()},
		{row: 4, cases: deadlines()},
		{row: 5, cases: headers()},
		{row: 6, cases: hooks()},
		{row: 7, cases: streams()},
		{row: 8, cases: limits()},
		{row: 9, cases: panics()},
		{row: 10, cases: lifecycle()},
		{row: 11, cases: targets()},
		{row: 12, cases: append(switching(), governance()...)},
		{row: 0, cases: others()},
	}
}
