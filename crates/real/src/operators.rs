//! The infix operators of a `Real` type, written once for all carriers.

/// Gives a [`Real`](crate::Real) type its operators, all of them through `Real::unary` and `Real::binary`:
/// `operators! { [generics] Type }`.
#[doc(hidden)]
#[macro_export]
macro_rules! operators {
    ([$($g:tt)*] $T:ty) => {
        impl<$($g)*> ::std::ops::Neg for $T {
            type Output = $T;
            #[inline(always)] #[track_caller]
            fn neg(self) -> $T { <$T as $crate::Real>::unary($crate::Unary::Neg, &self) }
        }
        impl<$($g)*> ::std::ops::Neg for &$T {
            type Output = $T;
            #[inline(always)] #[track_caller]
            fn neg(self) -> $T { <$T as $crate::Real>::unary($crate::Unary::Neg, self) }
        }
        impl<$($g)*> ::std::iter::Sum for $T {
            fn sum<I: Iterator<Item = $T>>(items: I) -> $T {
                items.reduce(|a, b| a + b).unwrap_or_else(|| <$T as $crate::Real>::lift(0.0))
            }
        }
        impl<$($g)*> ::std::iter::Product for $T {
            fn product<I: Iterator<Item = $T>>(items: I) -> $T {
                items.reduce(|a, b| a * b).unwrap_or_else(|| <$T as $crate::Real>::lift(1.0))
            }
        }
        impl<$($g)*> $crate::Arg<$T> for $T {
            #[inline(always)]
            fn into_real(self) -> $T { self }
        }
        impl<$($g)*> $crate::Arg<$T> for &$T {
            #[inline(always)]
            fn into_real(self) -> $T { self.clone() }
        }
        impl<$($g)*> $crate::Arg<$T> for f64 {
            #[inline(always)] #[track_caller]
            fn into_real(self) -> $T { <$T as $crate::Real>::lift(self) }
        }
        $crate::operators! {@ [$($g)*] $T, Add add AddAssign add_assign}
        $crate::operators! {@ [$($g)*] $T, Sub sub SubAssign sub_assign}
        $crate::operators! {@ [$($g)*] $T, Mul mul MulAssign mul_assign}
        $crate::operators! {@ [$($g)*] $T, Div div DivAssign div_assign}
        $crate::operators! {@ [$($g)*] $T, Rem rem RemAssign rem_assign}
    };
    (@ [$($g:tt)*] $T:ty, $Op:ident $op:ident $Assign:ident $assign:ident) => {
        $crate::operators! {@@ [$($g)*] $Op $op; $T, $T, $T; x y => @both &x, &y}
        $crate::operators! {@@ [$($g)*] $Op $op; $T, &$T, $T; x y => @both &x, y}
        $crate::operators! {@@ [$($g)*] $Op $op; &$T, $T, $T; x y => @both x, &y}
        $crate::operators! {@@ [$($g)*] $Op $op; &$T, &$T, $T; x y => @both x, y}
        $crate::operators! {@@ [$($g)*] $Op $op; $T, f64, $T; x y => @by &x, y}
        $crate::operators! {@@ [$($g)*] $Op $op; &$T, f64, $T; x y => @by x, y}
        $crate::operators! {@@ [$($g)*] $Op $op; f64, $T, $T; x y => @of x, &y}
        $crate::operators! {@@ [$($g)*] $Op $op; f64, &$T, $T; x y => @of x, y}
        $crate::operators! {@= [$($g)*] $Op $Assign $assign; $T, $T; y => @both &y}
        $crate::operators! {@= [$($g)*] $Op $Assign $assign; $T, &$T; y => @both y}
        $crate::operators! {@= [$($g)*] $Op $Assign $assign; $T, f64; y => @by y}
    };
    (@@ [$($g:tt)*] $Op:ident $op:ident; $L:ty, $R:ty, $T:ty; $x:ident $y:ident => @$how:ident $a:expr, $b:expr) => {
        impl<$($g)*> ::std::ops::$Op<$R> for $L {
            type Output = $T;
            #[inline(always)] #[track_caller]
            fn $op(self, $y: $R) -> $T {
                let $x = self;
                $crate::operators!(@call $how $T, $Op, $a, $b)
            }
        }
    };
    (@call both $T:ty, $Op:ident, $a:expr, $b:expr) => {
        <$T as $crate::Real>::binary($crate::Binary::$Op, $a, $b)
    };
    (@call by $T:ty, $Op:ident, $a:expr, $b:expr) => {
        <$T as $crate::Real>::binary_by($crate::Binary::$Op, $a, $b)
    };
    (@call of $T:ty, $Op:ident, $a:expr, $b:expr) => {
        <$T as $crate::Real>::binary_of($crate::Binary::$Op, $a, $b)
    };
    (@= [$($g:tt)*] $Op:ident $Assign:ident $assign:ident; $T:ty, $R:ty; $y:ident => @$how:ident $b:expr) => {
        impl<$($g)*> ::std::ops::$Assign<$R> for $T {
            #[inline(always)] #[track_caller]
            fn $assign(&mut self, $y: $R) {
                *self = $crate::operators!(@call $how $T, $Op, self, $b);
            }
        }
    };
}
