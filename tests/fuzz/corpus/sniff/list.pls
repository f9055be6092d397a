[playlist]
File1=http://a.example/
