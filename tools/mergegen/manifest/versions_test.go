package manifest_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/manifest"
)

const versionsGolden = `{
  "name": "shop",
  "label": "//shop",
  "services": [
    {
      "binary": "//stock",
      "digest": "0a1b",
      "folders": [
        "",
        "stock"
      ],
      "label": "//stock:stock_service",
      "name": "stock",
      "namespace": "stock",
      "revision": "r1",
      "version": "v1"
    },
    {
      "folders": [],
      "name": "item"
    }
  ],
  "links": [
    {
      "callee": "stock",
      "caller": "item",
      "conversions": [
        {
          "from": "item/a.A",
          "sender_only": [
            "note"
          ],
          "to": "stock/a.A"
        }
      ],
      "rpc_service": "StockService"
    },
    {
      "callee": "item",
      "caller": "stock",
      "conversions": [],
      "rpc_service": "ItemService"
    }
  ]
}
`

func TestMarshalVersions(t *testing.T) {
	in := inputs{t, t.TempDir()}
	m, err := manifest.Merge(manifest.Inputs{
		Base: in.file("base.json", `{"name": "shop", "label": "//shop", "services": [
			{"name": "stock", "label": "//stock:stock_service", "binary": "//stock", "version": "v1", "revision": "r1", "namespace": "stock",
			 "packages": [{"label": "//stock:stock_lib"}, {"label": "//stock:stock"}, {"label": "//:top"}, {"label": "@@x//y:y"}]},
			{"name": "item"}
		]}`),
		Digests: []string{"stock=" + in.file("stock.digest", "0a1b\n")},
		Links: []string{in.file("links.json", `[
			{"caller": "item", "callee": "stock", "rpc_service": "StockService", "methods": [], "conversions": [
				{"from": "item/a.A", "to": "stock/a.A", "sender_only": ["note"]}, {"from": "item/a.B", "to": "stock/a.B"}
			]},
			{"caller": "stock", "callee": "item", "rpc_service": "ItemService"}
		]`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.MarshalVersions()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != versionsGolden {
		t.Errorf("got\n%s\nwant\n%s", got, versionsGolden)
	}
}
