//! The macro that turns the rows of the table into the enums `Unary` and `Binary`, with value, slope, name
//! and notation of each case. It has no imports: it is expanded where `Real` is declared, since slopes are
//! written in `Real`.

macro_rules! elementary {
    (
        unary { $( $(#[$ud:meta])* $U:ident $u:ident = $uval:expr,
                   |$ux:pat_param, $uy:pat_param| $uslope:expr, $unote:expr, $ulo:literal..$uhi:literal; )* }
        flat { $( $(#[$fd:meta])* $F:ident $f:ident = $fval:expr; )* }
        indexed { $( $(#[$nd:meta])* $N:ident $n:ident($ni:ident: $nt:ty = $nsample:literal) = |$nv:pat_param| $nval:expr,
                   |$nx:pat_param, $ny:pat_param| $nslope:expr, $nnote:expr, $nlo:literal..$nhi:literal; )* }
        binary { $( $(#[$bd:meta])* $B:ident $b:ident = $bval:expr,
                   |$bx:pat_param, $by:pat_param, $bz:pat_param| ($bdx:expr, $bdy:expr), $bnote:expr,
                   ($bxlo:literal..$bxhi:literal, $bylo:literal..$byhi:literal); )* }
        flat_binary { $( $(#[$gd:meta])* $G:ident $g:ident = $gval:expr; )* }
        indexed_binary { $( $(#[$md:meta])* $M:ident $m:ident($mi:ident: $mt:ty = $msample:literal) = |$mu:pat_param, $mv:pat_param| $mval:expr,
                   |$mx:pat_param, $my:pat_param, $mz:pat_param| ($mdx:expr, $mdy:expr), $mnote:expr,
                   ($mxlo:literal..$mxhi:literal, $mylo:literal..$myhi:literal); )* }
    ) => {
        /// An elementary function of one number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary { $($(#[$ud])* $U,)* $($(#[$fd])* $F,)* $($(#[$nd])* $N($nt),)* }
        /// An elementary function of two numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Binary { $($(#[$bd])* $B,)* $($(#[$gd])* $G,)* $($(#[$md])* $M($mt),)* }

        impl Unary {
            /// Every row; an indexed row appears once, with a sample integer.
            pub const ALL: &'static [Unary] = &[$(Unary::$U,)* $(Unary::$F,)* $(Unary::$N($nsample),)*];
            /// The name of its method.
            pub fn name(self) -> &'static str {
                match self { $(Unary::$U => stringify!($u),)* $(Unary::$F => stringify!($f),)* $(Unary::$N(_) => stringify!($n),)* }
            }
            /// The row with this name, among the rows without an integer.
            pub fn by_name(name: &str) -> Option<Unary> {
                $(if name == stringify!($u) { return Some(Unary::$U) })*
                $(if name == stringify!($f) { return Some(Unary::$F) })*
                None
            }
            /// The indexed row with this name, at this integer.
            pub fn by_name_and_index(name: &str, index: i64) -> Option<Unary> {
                $(if name == stringify!($n) { return <$nt>::try_from(index).ok().map(Unary::$N) })*
                None
            }
            /// op(x).
            #[inline]
            pub fn eval(self, x: f64) -> f64 {
                match self {
                    $(Unary::$U => { let f: fn(f64) -> f64 = $uval; f(x) })*
                    $(Unary::$F => { let f: fn(f64) -> f64 = $fval; f(x) })*
                    $(Unary::$N($ni) => { let $nv = x; $nval })*
                }
            }
            /// dy/dx, where y = op(x).
            #[inline]
            #[track_caller]
            pub fn slope<R: Real>(self, x: &R, y: &R) -> R {
                match self {
                    $(Unary::$U => { let ($ux, $uy) = (x, y); $uslope })*
                    $(Unary::$F => R::lift(0.0),)*
                    $(Unary::$N($ni) => { let ($nx, $ny) = (x, y); $nslope })*
                }
            }
            /// Whether the slope is zero wherever it exists, as for step functions: such a result carries no
            /// derivative.
            #[inline(always)]
            pub const fn is_flat(self) -> bool { matches!(self, $(Unary::$F)|*) }
            /// How the operation is written in a formula.
            pub fn notation(self) -> Notation {
                match self {
                    $(Unary::$U => $unote,)* $(Unary::$F => Notation::Function,)* $(Unary::$N(_) => $nnote,)*
                }
            }
            /// The integer of an indexed row.
            pub fn index(self) -> Option<i64> {
                match self {
                    $(Unary::$U => None,)* $(Unary::$F => None,)* $(Unary::$N(n) => Some(i64::from(n)),)*
                }
            }
            /// An interval on which it is smooth, for tests.
            pub fn smooth_on(self) -> (f64, f64) {
                match self {
                    $(Unary::$U => ($ulo, $uhi),)* $(Unary::$F => (0.1, 0.4),)* $(Unary::$N(_) => ($nlo, $nhi),)*
                }
            }
        }
        impl Binary {
            /// Every row; an indexed row appears once, with a sample integer.
            pub const ALL: &'static [Binary] = &[$(Binary::$B,)* $(Binary::$G,)* $(Binary::$M($msample),)*];
            /// The name of its method or operator.
            pub fn name(self) -> &'static str {
                match self { $(Binary::$B => stringify!($b),)* $(Binary::$G => stringify!($g),)* $(Binary::$M(_) => stringify!($m),)* }
            }
            /// The row with this name, among the rows without an integer.
            pub fn by_name(name: &str) -> Option<Binary> {
                $(if name == stringify!($b) { return Some(Binary::$B) })*
                $(if name == stringify!($g) { return Some(Binary::$G) })*
                None
            }
            /// The indexed row with this name, at this integer.
            pub fn by_name_and_index(name: &str, index: i64) -> Option<Binary> {
                $(if name == stringify!($m) { return <$mt>::try_from(index).ok().map(Binary::$M) })*
                None
            }
            /// op(x, y).
            #[inline]
            pub fn eval(self, x: f64, y: f64) -> f64 {
                match self {
                    $(Binary::$B => { let f: fn(f64, f64) -> f64 = $bval; f(x, y) })*
                    $(Binary::$G => { let f: fn(f64, f64) -> f64 = $gval; f(x, y) })*
                    $(Binary::$M($mi) => { let ($mu, $mv) = (x, y); $mval })*
                }
            }
            /// dz/dx, where z = op(x, y).
            #[inline]
            #[track_caller]
            pub fn slope_x<R: Real>(self, x: &R, y: &R, z: &R) -> R {
                match self {
                    $(Binary::$B => { #[allow(unused_variables)] let ($bx, $by, $bz) = (x, y, z); $bdx })*
                    $(Binary::$G => R::lift(0.0),)*
                    $(Binary::$M($mi) => { #[allow(unused_variables)] let ($mx, $my, $mz) = (x, y, z); $mdx })*
                }
            }
            /// dz/dy, where z = op(x, y).
            #[inline]
            #[track_caller]
            pub fn slope_y<R: Real>(self, x: &R, y: &R, z: &R) -> R {
                match self {
                    $(Binary::$B => { #[allow(unused_variables)] let ($bx, $by, $bz) = (x, y, z); $bdy })*
                    $(Binary::$G => R::lift(0.0),)*
                    $(Binary::$M($mi) => { #[allow(unused_variables)] let ($mx, $my, $mz) = (x, y, z); $mdy })*
                }
            }
            /// Whether both slopes are zero wherever they exist.
            #[inline(always)]
            pub const fn is_flat(self) -> bool { matches!(self, $(Binary::$G)|*) }
            /// How the operation is written in a formula.
            pub fn notation(self) -> Notation {
                match self {
                    $(Binary::$B => $bnote,)* $(Binary::$G => Notation::Function,)* $(Binary::$M(_) => $mnote,)*
                }
            }
            /// The integer of an indexed row.
            pub fn index(self) -> Option<i64> {
                match self {
                    $(Binary::$B => None,)* $(Binary::$G => None,)* $(Binary::$M(n) => Some(i64::from(n)),)*
                }
            }
            /// Intervals of x and y on which it is smooth, for tests.
            pub fn smooth_on(self) -> [(f64, f64); 2] {
                match self {
                    $(Binary::$B => [($bxlo, $bxhi), ($bylo, $byhi)],)*
                    $(Binary::$G => [(0.1, 0.4), (0.6, 0.9)],)*
                    $(Binary::$M(_) => [($mxlo, $mxhi), ($mylo, $myhi)],)*
                }
            }
        }
        /// Passes the method names and documentation of the rows to the macro that declares `Real`.
        macro_rules! methods {
            ($callback:ident) => {
                $callback! {
                    unary { $($(#[$ud])* $u $U,)* $($(#[$fd])* $f $F,)* }
                    indexed { $($(#[$nd])* $n $N($nt),)* }
                    binary { $($(#[$bd])* $b $B,)* $($(#[$gd])* $g $G,)* }
                    indexed_binary { $($(#[$md])* $m $M($mt),)* }
                }
            };
        }
    };
}
pub(crate) use elementary;
