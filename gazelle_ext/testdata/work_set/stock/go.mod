module example.com/shop/stock

go 1.24

require example.com/errors v1.0.0
