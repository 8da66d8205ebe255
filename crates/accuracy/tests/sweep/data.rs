//! The reference data: points with what values and derivatives are there.

/// What is right.
#[derive(Clone, Copy, Debug)]
pub enum Want {
    /// This number.
    Number(f64),
    /// This number, by the documented choice: there is no derivative.
    Convention(f64),
    /// More than the largest number, in absolute value: what is no number is right as well.
    Beyond,
    /// Not specified.
    Any,
}

/// A point: the arguments; value, first and second derivatives (the upper triangle).
#[derive(Clone, Debug)]
pub struct Point {
    /// The arguments.
    pub x: Vec<f64>,
    /// What is right.
    pub want: Vec<Want>,
}
impl Point {
    /// What is right for the derivative by these arguments.
    pub fn by(&self, by: &[usize]) -> Want {
        let n = self.x.len();
        let k = match *by {
            [] => 0,
            [i] => 1 + i,
            [i, j] => {
                // Row i of the triangle begins behind rows of n, n − 1, … numbers.
                let (i, j) = (i.min(j), i.max(j));
                1 + n + i * (2 * n + 1 - i) / 2 + j - i
            }
            _ => panic!("derivatives of order {}", by.len()),
        };
        self.want[k]
    }
}

/// A function's points of one number of arguments.
pub struct Table {
    pub name: String,
    pub arity: usize,
    pub points: Vec<Point>,
}

fn text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/reference.txt");
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn number(word: &str) -> f64 {
    word.parse().unwrap_or_else(|_| panic!("reference.txt: `{word}` is no number"))
}

/// All of them.
pub fn tables() -> Vec<Table> {
    let mut all: Vec<Table> = vec![];
    for line in text().lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["=", name, arity] = words[..] {
            all.push(Table { name: name.into(), arity: number(arity) as usize, points: vec![] });
            continue;
        }
        let table = all.last_mut().expect("a function above its points");
        let (x, want) = words.split_at(table.arity);
        let want = want.iter().map(|word| match word.strip_prefix('c') {
            _ if *word == "-" => Want::Any,
            _ if word.ends_with("big") => Want::Beyond,
            Some(number_) => Want::Convention(number(number_)),
            None => Want::Number(number(word)),
        });
        let point = Point { x: x.iter().map(|word| number(word)).collect(), want: want.collect() };
        assert_eq!(point.want.len(), 1 + table.arity * (table.arity + 3) / 2, "reference.txt: {line}");
        table.points.push(point)
    }
    all
}
